#!/usr/bin/env bash
# The main job in one command. Nothing else needs to be installed than the .NET 10 SDK. Exits 1 if a single request failed.
#   ./demo.sh [RESTARTS]      the sample service under mixed load over HTTP/1.1, HTTPS, HTTP/2, WebSockets and a unix socket, with idle connections,
#                             restarted 10 times; a table
#   ./demo.sh --bad-release   the same under less load, into four releases: one crashes at its start, one never gets healthy, one dies 2 s after it has
#                             taken over, one is good; a table and an account of each. Then one that fails a fifth of its orders, which the old process
#                             finds by itself, and one that is taken back by hand
set -euo pipefail
cd "$(dirname "$0")"
set -- "${1:-10}"
case $1 in
  --bad-release) ;;
  *[!0-9]*) sed -n '2,7s/^# \{0,1\}//p' demo.sh >&2; exit 2 ;;
esac
source eng/prepare.sh
require_sdk
trap end_compiler EXIT
build bench/RestartLoad

free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

load=artifacts/bin/RestartLoad/release/RestartLoad
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"; end_compiler' EXIT
http=$(free_port) h2c=$(free_port) https=$(free_port)
"$load" certificate "$scratch" >/dev/null

targets=(--http "http://127.0.0.1:$http" --h2c "http://127.0.0.1:$h2c" --https "https://127.0.0.1:$https" --unix "$scratch/hello.sock")
endpoints=(
  --Kestrel:Endpoints:Http:Url="http://127.0.0.1:$http"
  --Kestrel:Endpoints:Unix:Url="http://unix:$scratch/hello.sock"
  --Kestrel:Endpoints:H2c:Url="http://127.0.0.1:$h2c" --Kestrel:Endpoints:H2c:Protocols=Http2
  --Kestrel:Endpoints:Https:Url="https://127.0.0.1:$https"
  --Kestrel:Endpoints:Https:Certificate:Path="$scratch/cert.pem" --Kestrel:Endpoints:Https:Certificate:KeyPath="$scratch/key.pem"
  --Logging:LogLevel:Microsoft.AspNetCore=Warning)

restarts() {
  build samples/Hello

  # A successor is on probation for ten seconds unless told otherwise, and WebSockets have ten seconds of notice; a second keeps ten restarts short.
  "$load" "${targets[@]}" --restarts "$1" --interval 500-1500 --min-requests 50000 --service-log "$scratch/hello.log" -- \
    artifacts/bin/Hello/release/Hello "${endpoints[@]}" --GracefulRestart:Probation=00:00:01 --GracefulRestart:MoveIdleConnections=true \
    --GracefulRestart:LongLived:Notice=1s --GracefulRestart:LongLived:CloseSpread=1s
  echo "Four releases, three of them bad: ./demo.sh --bad-release"
}

# release NAME [FAULT]: a directory of its own, as a deployment makes one. A file in it says what is wrong with it.
release() {
  cp -a artifacts/bin/FaultyHello/release "$scratch/$1"
  [ $# -eq 1 ] || echo "$2" >"$scratch/$1/fault"
}

bad_releases() {
  build bench/FaultyHello
  release v1
  release v2-crashes-at-start crash-at-start
  release v3-never-healthy never-healthy
  release v4-dies-after-2s "dies-after 2000"
  release v5-good
  ln -s v1 "$scratch/current"

  # The probation must be longer than those two seconds.
  "$load" "${targets[@]}" --mode keepalive=300x16 --mode new=100x8 --mode unix-new=20x4 --mode tls-keepalive=50x4 --mode tls-new=10x4 --mode h2c-get=50x8 \
    --current "$scratch/current" --release "$scratch/v2-crashes-at-start=backs-out" --release "$scratch/v3-never-healthy=backs-out" \
    --release "$scratch/v4-dies-after-2s=rolls-back" --release "$scratch/v5-good=serves" \
    --interval 1000-2000 --duration 20 --service-log "$scratch/hello.log" -- \
    "$scratch/current/FaultyHello" "${endpoints[@]}" --GracefulRestart:Probation=00:00:04 --GracefulRestart:ReadyTimeout=00:00:05
}

# ask FILE: asks for orders, one after the other, until the file is gone; writes the status of each answer, or "none".
ask() {
  local status
  while [ -e "$scratch/asking" ]; do
    status=none
    if exec 3<>"/dev/tcp/127.0.0.1/$http"; then
      printf 'GET /orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' >&3
      read -r _ status _ <&3 || true
      exec 3<&- 3>&-
    fi
    echo "${status:-none}" >>"$1"
  done
} 2>/dev/null

judged_and_by_hand() {
  build src/Baton.Cli
  local baton=artifacts/bin/Baton.Cli/release/baton code i
  export BATON_CONTROL_DIR="$scratch/control"
  release v6-fails-a-fifth "fails-orders 0.2"
  release v7-somebody-dislikes-it
  ln -sfn v1 "$scratch/current"
  "$scratch/current/FaultyHello" --urls "http://127.0.0.1:$http" --Logging:LogLevel:Microsoft.AspNetCore=Warning \
    --GracefulRestart:Control:Directory="$scratch/control" --GracefulRestart:Judge:Enabled=true --GracefulRestart:Probation=00:00:30 >>"$scratch/judged.log" 2>&1 &
  touch "$scratch/asking"
  until (exec 3<>"/dev/tcp/127.0.0.1/$http") 2>/dev/null; do sleep 0.1; done
  for i in 1 2 3 4; do ask "$scratch/answers$i" & done
  sleep 10

  echo
  echo "A release that answers a fifth of its orders with 500, judged by what clients get:"
  ln -sfn v6-fails-a-fifth "$scratch/current"
  code=0
  "$baton" restart FaultyHello || code=$?
  [ $code -eq 7 ] || { echo "baton restart exited with $code; it should be 7, rolled back" >&2; failed=1; }

  echo
  echo "A release that somebody takes back by hand, while it serves:"
  ln -sfn v7-somebody-dislikes-it "$scratch/current"
  "$baton" restart FaultyHello --confirm-within 30m && "$baton" rollback FaultyHello || failed=1
  rm "$scratch/asking"
  "$baton" shutdown FaultyHello --quiet || failed=1
  wait
  echo
  echo "Answers: $(sort "$scratch"/answers* | uniq -c | awk '{ printf "%s%d with %s", (NR > 1 ? ", " : ""), $1, $2 }')"
  if grep -q none "$scratch"/answers*; then failed=1; fi
}

failed=0
if [ "$1" = --bad-release ]; then bad_releases || failed=1; judged_and_by_hand; exit $failed; else restarts "$1"; fi
