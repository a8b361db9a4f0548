#!/usr/bin/env bash
# Builds everything and runs all tests. Ends with one line: N passed, N failed (and N skipped, if any).
set -euo pipefail
cd "$(dirname "$0")"
source eng/prepare.sh
require_sdk
require_packages gcc=gcc /usr/include/stdio.h=libc6-dev musl-gcc=musl-tools curl=curl zsh=zsh fish=fish openssl=openssl ip=iproute2 \
  systemd-nspawn=systemd-container dbus-daemon=dbus /usr/sbin/nginx=nginx /usr/sbin/haproxy=haproxy tini=tini dumb-init=dumb-init tmux=tmux sudo=sudo \
  chromium=chromium /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf=fonts-liberation
build Baton.slnx

# What failed, said again at the end: the output is long, and whoever reads it may get only a part.
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT

passed=0 failed=0 skipped=0
for project in tests/*Tests; do
  name=$(basename "$project")
  program=artifacts/bin/$name/release/$name
  echo "== $name"
  output=$(mktemp)
  timeout --kill-after=30 1800 "$program" -noColor 2>&1 | tee "$output" || true
  # The last line of a run: "  Name  Total: 10, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s"
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$output" | tail -n 1 || true)
  count() { sed -E "s/.*$1: ([0-9]+).*/\1/" <<<"$summary"; }
  if [ -z "$summary" ]; then
    echo "$name ended without a summary: counted as one failure"
    failed=$((failed + 1))
  else
    bad=$(($(count Errors) + $(count Failed)))
    failed=$((failed + bad))
    skipped=$((skipped + $(count Skipped)))
    passed=$((passed + $(count Total) - $(count Failed) - $(count Skipped)))
  fi
  # From the name of a failed test to what it printed, which may be a service's whole log.
  awk '/^    [^ ]/ { on = /\[FAIL\]$/; lines = 0 } /^      Output:/ { on = 0 } on && lines++ < 40' "$output" >>"$failures"
  rm -f "$output"
done

[ ! -s "$failures" ] || { echo "== What failed"; cat "$failures"; }

[ "$skipped" -eq 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
