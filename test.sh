#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the tests. --all: also those that take minutes of a processor, of packages and
# of the ways to publish. Says what was slow and what failed, and ends with one line: N passed, N failed (and N skipped, if any).
set -euo pipefail
cd "$(dirname "$0")"
source eng/prepare.sh
case "${*:-}" in
  "") slow=" Baton.PackageTests " ;;
  --all) slow="" ;;
  *) echo "Usage: ./test.sh [--all]" >&2 && exit 2 ;;
esac
SECONDS=0
require_sdk
trap end_compiler EXIT
require_packages gcc=gcc /usr/include/stdio.h=libc6-dev /usr/include/zlib.h=zlib1g-dev musl-gcc=musl-tools curl=curl zsh=zsh fish=fish openssl=openssl ip=iproute2 \
  xmllint=libxml2-utils systemd-nspawn=systemd-container dbus-daemon=dbus /usr/sbin/nginx=nginx /usr/sbin/haproxy=haproxy tini=tini dumb-init=dumb-init podman=podman runc=runc tmux=tmux sudo=sudo node=nodejs npm=npm \
  /usr/lib/rabbitmq/bin/rabbitmq-server=rabbitmq-server pg_ctlcluster=postgresql \
  /usr/lib/chromium/chromium-headless-shell=chromium-headless-shell /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf=fonts-dejavu-core /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf=fonts-liberation
install_js_clients
install=$SECONDS
build Baton.slnx
build_services
build=$((SECONDS - install))

# Two projects at a time: that of the processes mostly waits, and so do some of the others. None uses the ports or files of another.
lanes=("Baton.ProcessTests" "")
names=()
for project in tests/*Tests; do
  name=${project#tests/}
  [[ "$slow" == *" $name "* ]] && continue
  names+=("$name")
  [[ " ${lanes[*]} " == *" $name "* ]] || lanes[1]+=" $name"
done

results=$(mktemp -d)
running=()
trap '[ ${#running[@]} -eq 0 ] || kill "${running[@]}" 2>/dev/null || true; wait; end_compiler; rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs the projects one after the other, and writes the output of each when it has ended.
lane() {
  local program name begun
  trap 'kill "$program" 2>/dev/null; wait; exit 143' TERM
  for name in "$@"; do
    begun=$SECONDS
    # Signals that were ignored where this was started (nohup, &) would be ignored by every service.
    timeout --kill-after=30 1800 env --default-signal "artifacts/bin/$name/release/$name" -noColor -xml "$results/$name.xml" >"$results/$name.txt" 2>&1 &
    program=$!
    wait "$program" || true
    echo $((SECONDS - begun)) >"$results/$name.seconds"
    { flock 9 && echo "== $name" && cat "$results/$name.txt"; } 9>"$results/lock"
  done
}
for projects in "${lanes[@]}"; do
  # Split into its names.
  # shellcheck disable=SC2086
  lane $projects &
  running+=($!)
done
wait
running=()
tests=$((SECONDS - install - build))

passed=0 failed=0 skipped=0
failures="" times=""
for name in "${names[@]}"; do
  output=$results/$name.txt
  # The last line of a run: "  Name  Total: 10, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 1.2s"
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$output" | tail -n 1 || true)
  count() { sed -E "s/.*$1: ([0-9]+).*/\1/" <<<"$summary"; }
  if [ -z "$summary" ]; then
    failures+="$name ended without a summary: counted as one failure"$'\n'
    failed=$((failed + 1))
  else
    skipped=$((skipped + $(count Skipped)))
    failed=$((failed + $(count Errors) + $(count Failed)))
    passed=$((passed + $(count Total) - $(count Failed) - $(count Skipped)))
    if ! wrong=$(xmllint --noout "$results/$name.xml" 2>&1); then
      failures+="$name has a report that is not well-formed, counted as one failure: $(head -n 3 <<<"$wrong")"$'\n'
      failed=$((failed + 1))
    fi
  fi
  # From the name of a failed test to what it printed, which may be a service's whole log.
  failures+=$(awk '/^    [^ ]/ { on = /\[FAIL\]$/; lines = 0 } /^  [^ ]|^===|^      Output:/ { on = 0 } on && lines++ < 40' "$output"; echo .)
  failures=${failures%.}
  times+=", $name $(cat "$results/$name.seconds") s"
done

# For each test its time, class and name.
for report in "$results"/*.xml; do xmllint --format "$report" 2>/dev/null || true; done | awk '
  function attribute(name,  rest) {
    rest = substr($0, index($0, " " name "=\"") + length(name) + 3)
    rest = substr(rest, 1, index(rest, "\"") - 1)
    gsub("&quot;", "\"", rest); gsub("&lt;", "<", rest); gsub("&gt;", ">", rest); gsub("&amp;", "\\&", rest)
    return rest
  }
  /^ *<test id=/ { printf "%.1f\t%s\t%s\n", attribute("time"), attribute("type"), attribute("name") }' >"$results/tests"
echo "== The slowest tests, in seconds"
sort -rn "$results/tests" | awk -F '\t' 'NR <= 10 { printf "%8.1f  %s\n", $1, $3 }'
echo "== The slowest classes, in seconds"
awk -F '\t' '{ sum[$2] += $1; tests[$2]++ } END { for (c in sum) printf "%.1f\t%s (%d)\n", sum[c], c, tests[c] }' "$results/tests" |
  sort -rn | awk -F '\t' 'NR <= 10 { printf "%8.1f  %s\n", $1, $2 }'
echo "== Times: install $install s, build $build s, tests $tests s$times"

[ -z "$failures" ] || { echo "== What failed"; echo "$failures"; }

[ "$skipped" -eq 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
