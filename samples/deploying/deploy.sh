#!/bin/sh
# Switches a service to another release and waits until that has proved itself. Exit code 0: it serves for good. 1: the old one serves, and the link leads to it again.
#
#   PIDFILE=/srv/hello/hello.pid deploy.sh /srv/hello/current /srv/hello/releases/2
set -eu
current=$1 release=$2
: "${PIDFILE:?must name the pid file of the service}"
READY_LIMIT=${READY_LIMIT:-60}     # seconds; no shorter than the service's ReadyTimeout
PROBATION=${PROBATION:-10}         # seconds; no shorter than the service's Probation

switch_to() {
  ln -sfn "$1" "$current.tmp"
  mv -T "$current.tmp" "$current"  # one rename: at every moment the link leads somewhere
}

give_up() {
  echo "$1; process $(cat "$PIDFILE") serves" >&2
  switch_to "$previous"
  exit 1
}

if [ ! -d "$release" ]; then echo "there is no directory $release" >&2; exit 2; fi
previous=$(readlink "$current")
old=$(cat "$PIDFILE")

switch_to "$release"
if ! kill -USR2 "$old"; then give_up "the signal could not be sent"; fi

# The pid file names the new process from the moment it serves, and the old one again after a roll back.
waited=0
while new=$(cat "$PIDFILE") && [ "$new" = "$old" ]; do
  if [ "$waited" -ge "$READY_LIMIT" ]; then give_up "$release was not ready within $READY_LIMIT s"; fi
  sleep 1
  waited=$((waited + 1))
done

sleep "$((PROBATION + 1))"
if [ "$(cat "$PIDFILE")" != "$new" ]; then give_up "$release was rolled back"; fi
echo "$release serves, process $new"
