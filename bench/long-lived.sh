#!/usr/bin/env bash
# bench/long-lived.sh [RESTARTS [WEBSOCKETS [HUBS]]]: clients of Node on the sample LongLived through restarts (10, 1000, 200).
# Each is to see 1012 or SignalR's own close, and to come back. Writes what they saw as one line of JSON.
set -euo pipefail
cd "$(dirname "$0")/.."
source eng/prepare.sh
require_sdk
require_packages node=nodejs npm=npm
install_js_clients
[ -x artifacts/bin/LongLived/release/LongLived ] || build samples/LongLived

work=$(mktemp -d)
trap 'exec 7>&-; kill "$(cat "$work/pid")" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
export GracefulRestart__Control__Directory=$work
artifacts/bin/LongLived/release/LongLived --urls http://127.0.0.1:5005 "--GracefulRestart:PidFile=$work/pid" --GracefulRestart:Probation=0 \
  --GracefulRestart:LongLived:Notice=1s --GracefulRestart:LongLived:CloseSpread=5s --GracefulRestart:IdleGrace=5s >"$work/log" 2>&1 &
until grep -q 'Application started' "$work/log"; do sleep 0.1; done

mkfifo "$work/in"
NODE_PATH=artifacts/js-clients/node_modules node tests/JsClients/many.js http://127.0.0.1:5005 "${2:-1000}" "${3:-200}" <"$work/in" >"$work/seen" &
exec 7>"$work/in"
until grep -q '^open' "$work/seen"; do sleep 0.1; done
for ((i = 0; i < ${1:-10}; i++)); do
  old=$(cat "$work/pid")
  kill -USR2 "$old"
  while [ "$(cat "$work/pid")" = "$old" ] || [ -d "/proc/$old" ]; do sleep 0.1; done
done
sleep 12 # SignalR's second attempt may be that late
exec 7>&-
until grep -q '^{' "$work/seen"; do sleep 0.1; done
tail -n 1 "$work/seen"
grep -h -E 'cut [0-9]+ connections' "$work/log" || true
