#!/bin/sh
# Process 1 of a container whose service restarts itself: starts it, passes signals on to the process in charge, which the pid file names, collects
# processes that have ended, and ends with the service. It needs nothing but sh and sleep.
#
#   PIDFILE=/run/hello/hello.pid init.sh /app/Hello --urls http://0.0.0.0:8080
: "${PIDFILE:?must name a file that the service can write}"
export GracefulRestart__PidFile="$PIDFILE"

if [ "$$" -ne 1 ]; then
  echo "init.sh: must be process 1 of its container, and is $$ (docker run without --init)" >&2
  exit 2
fi

# A restart without the pid file would look like the end of the service.
rm -f "$PIDFILE"
if ! : >"$PIDFILE"; then
  echo "init.sh: cannot write $PIDFILE" >&2
  exit 2
fi
rm -f "$PIDFILE"

first='' last='' stopping=''

find_last() {
  if [ -e "$PIDFILE" ]; then read -r last <"$PIDFILE" || :; fi
}

pass_on() {
  find_last
  kill -s "$1" "$last" 2>/dev/null || :
}

for signal in TERM INT QUIT; do trap "stopping=1; pass_on $signal" "$signal"; done
for signal in HUP USR1 USR2; do trap "pass_on $signal" "$signal"; done

# Whether process 1 has children but the sleep. Nothing is started for that: it would be one.
has_services() {
  for status in /proc/[0-9]*/status; do
    pid=${status#/proc/} pid=${pid%/status}
    while read -r name value _; do
      if [ "$name" = PPid: ]; then break; fi
    done <"$status"
    if [ "$value" = 1 ] && [ "$pid" != "$pause" ]; then return 0; fi
  done 2>/dev/null
  return 1
}

# The pid file stays behind when the process that it names has crashed, and goes when the service ends.
serves() {
  find_last
  if [ -e "$PIDFILE" ]; then kill -0 "$last" 2>/dev/null; else has_services; fi
}

"$@" &
first=$! last=$!

# Twice in a row: after a crash on probation it takes a moment until the predecessor is in charge again.
missed=0
while [ "$missed" -lt 2 ]; do
  sleep 0.5 &
  pause=$!
  wait "$pause"
  if serves; then missed=0; else missed=$((missed + 1)); fi
done

# Of a process that somebody else started only its end is known.
if [ "$last" = "$first" ]; then
  wait "$first"
elif [ -z "$stopping" ]; then
  exit 1
fi
