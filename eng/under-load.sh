#!/usr/bin/env bash
# Runs a command beside eight busy processes, as on a machine that has far more to do than it can: eng/under-load.sh ./test.sh
# They end with the command, also on Ctrl+C, and whatever ends this script.
set -uo pipefail
[ $# -gt 0 ] || { echo "Usage: eng/under-load.sh COMMAND ARGUMENT..." >&2; exit 2; }
busy=()
end() { kill "${busy[@]}" 2>/dev/null; wait "${busy[@]}" 2>/dev/null; }
trap end EXIT
for _ in {1..8}; do
  (while kill -0 $$ 2>/dev/null; do for ((i = 0; i < 100000; i++)); do :; done; done) &
  busy+=($!)
done

# In the background, as a trap waits for what is in the foreground; so what the shell has ignored there is set back. The terminal's Ctrl+C reaches it by itself.
env --default-signal=INT,QUIT "$@" <&0 &
command=$!
trap 'kill -TERM "$command" 2>/dev/null' TERM
trap : INT
while :; do
  wait "$command"
  code=$?
  kill -0 "$command" 2>/dev/null || exit "$code"
done
