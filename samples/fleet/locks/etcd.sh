#!/bin/sh
# At most one host at a time restarts, without a machine that drives them: for configuration management and hooks of certificates.
#   etcd.sh SERVICE [ARGUMENTS OF baton restart]
# The lock is etcd's, with the lease of this etcdctl: it is free when baton has ended, and also when this host dies. etcdctl ends
# with the code of baton. ETCDCTL_ENDPOINTS names the cluster.
set -eu
service=$1
exec etcdctl lock --ttl=30 "deploy/$service" baton restart "$@"
