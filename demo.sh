#!/usr/bin/env bash
# The main job in one command: the sample service under mixed load over HTTP/1.1, HTTPS, HTTP/2 and a unix socket, restarted 10 times.
# (or as often as the first argument says). Prints a table; exits 1 if a single request failed. Nothing else needs to be installed than the .NET 10 SDK.
set -euo pipefail
cd "$(dirname "$0")"
source eng/prepare.sh
require_sdk
build samples/Hello
build bench/RestartLoad

free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

load=artifacts/bin/RestartLoad/release/RestartLoad
hello=artifacts/bin/Hello/release/Hello
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
http=$(free_port) h2c=$(free_port) https=$(free_port)
"$load" certificate "$scratch" >/dev/null

"$load" --http "http://127.0.0.1:$http" --h2c "http://127.0.0.1:$h2c" --https "https://127.0.0.1:$https" --unix "$scratch/hello.sock" \
  --restarts "${1:-10}" --interval 500-1500 --min-requests 50000 --service-log "$scratch/hello.log" -- \
  "$hello" --Logging:LogLevel:Microsoft.AspNetCore=Warning \
  --Kestrel:Endpoints:Http:Url="http://127.0.0.1:$http" \
  --Kestrel:Endpoints:Unix:Url="http://unix:$scratch/hello.sock" \
  --Kestrel:Endpoints:H2c:Url="http://127.0.0.1:$h2c" --Kestrel:Endpoints:H2c:Protocols=Http2 \
  --Kestrel:Endpoints:Https:Url="https://127.0.0.1:$https" \
  --Kestrel:Endpoints:Https:Certificate:Path="$scratch/cert.pem" --Kestrel:Endpoints:Https:Certificate:KeyPath="$scratch/key.pem"
