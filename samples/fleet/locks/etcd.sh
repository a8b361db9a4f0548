#!/bin/sh
# At most one host at a time restarts, without a machine that drives them: for configuration management and hooks of certificates.
#   etcd.sh SERVICE [ARGUMENTS OF baton restart]
# The lock is etcd's, with the lease of this etcdctl: it is free when baton has ended, and also when this host dies. Ends with the
# code of baton, which etcdctl would make a 1; 75 where there was no lock. ETCDCTL_ENDPOINTS names the cluster.
set -eu
service=$1
code=$(mktemp)
trap 'rm -f "$code"' EXIT
export code
etcdctl lock --ttl=30 -- "deploy/$service" sh -c 'baton restart "$@"; echo $? >"$code"' sh "$@" >&2 || true
status=$(cat "$code")
exit "${status:-75}"
