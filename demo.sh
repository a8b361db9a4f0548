#!/usr/bin/env bash
# The main job in one command. Nothing else needs to be installed than the .NET 10 SDK. Exits 1 if a single request failed.
#   ./demo.sh [RESTARTS]      the sample service under mixed load over HTTP/1.1, HTTPS, HTTP/2, WebSockets and a unix socket, with idle connections,
#                             restarted 10 times; a table
#   ./demo.sh --bad-release   the same under less load, into four releases: one crashes at its start, one never gets healthy, one dies 2 s after it has
#                             taken over, one is good; a table and an account of each
set -euo pipefail
cd "$(dirname "$0")"
set -- "${1:-10}"
case $1 in
  --bad-release) ;;
  *[!0-9]*) sed -n '2,6s/^# \{0,1\}//p' demo.sh >&2; exit 2 ;;
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

if [ "$1" = --bad-release ]; then bad_releases; else restarts "$1"; fi
