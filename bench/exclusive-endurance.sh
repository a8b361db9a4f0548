#!/usr/bin/env bash
# Restarts and kills samples/Worker, and reads from its ticks whether its exclusive timer ever ran in two processes.
# bench/exclusive-endurance.sh WORKER [RESTARTS] [KILLS]: WORKER is the program; a native one restarts ten times as fast.
set -uo pipefail
worker=$1 restarts=${2:-1000} kills=${3:-100}
work=$(mktemp -d)
trap 'kill -9 $(cat "$work/pid" 2>/dev/null) 2>/dev/null; rm -rf "$work"' EXIT
export GracefulRestart__Control__Directory=$work/control GracefulRestart__PidFile=$work/pid GracefulRestart__Probation=300ms
export GracefulRestart__HeartbeatTimeout=5s DOTNET_EnableDiagnostics=0
ticks=${TICKS:-$work/ticks}

start() { "$worker" --ticks "$ticks" >>"$work/log" 2>&1 & disown; }
last() { tail -n 1 "$ticks" 2>/dev/null | cut -d ' ' -f 2 || true; }
# until_ticks_of ANOTHER_THAN PID: a process with another pid ticks; 60 s are a failure.
until_other() {
  for ((i = 0; i < 3000; i++)); do
    local now; now=$(last)
    [ -n "$now" ] && [ "$now" != "$1" ] && return
    sleep 0.02
  done
  echo "nobody but $1 ticks" >&2; tail -n 30 "$work/log" >&2; exit 1
}

start
until_other 0
done_kills=0
for ((n = 1; n <= restarts; n++)); do
  old=$(last)
  kill -USR2 "$old" 2>/dev/null || true
  if ((kills > 0 && n % (restarts / kills) == 0)); then
    # At a random moment: the old process, or the new one as soon as it is there; then whoever is left serves.
    sleep "0.0$((RANDOM % 10))"
    victim=$old
    if ((RANDOM % 2)); then
      for ((i = 0; i < 500; i++)); do victim=$(pgrep -P "$old" 2>/dev/null | head -1) && [ -n "$victim" ] && break; sleep 0.005; done
      sleep "0.$((RANDOM % 10))"
    fi
    kill -9 "${victim:-$old}" 2>/dev/null || true
    done_kills=$((done_kills + 1))
    before=$(wc -l <"$ticks")
    for ((i = 0; i < 250; i++)); do [ "$(wc -l <"$ticks")" -gt "$((before + 2))" ] && break; sleep 0.02; done
    # Nobody is left where the only process was killed before it had a successor: as a supervisor, start it anew.
    [ "$(wc -l <"$ticks")" -gt "$((before + 2))" ] || { start; until_other "$(last)"; }
  else
    until_other "$old"
  fi
done

awk -v restarts="$restarts" -v kills="$done_kills" '
  NR > 1 {
    wrong = ($2 == pid) ? ($3 < term) : ($3 <= term)
    if (wrong) { overlaps++; print "line " NR ": " $0 " after " time " " pid " " term }
    # Every change counts. After five seconds without a tick this script starts the service anew, as a supervisor would.
    if ($2 != pid) { gaps[++n] = $1 - time; if ($1 - time >= 5000) cold++; else if ($1 - time > warm) warm = $1 - time }
  }
  { time = $1; pid = $2; term = $3 }
  END {
    for (i = 1; i <= n; i++) for (j = i; j > 1 && gaps[j] < gaps[j - 1]; j--) { t = gaps[j]; gaps[j] = gaps[j - 1]; gaps[j - 1] = t }
    printf "%d restarts, %d SIGKILLs, %d ticks, %d changes of process, %d overlaps; gap between two ticks at a change: median %d ms, p99 %d ms, worst %d ms; below five seconds: %d changes, worst %d ms\n",
      restarts, kills, NR, n, overlaps + 0, gaps[int((n + 1) / 2)], gaps[int((n * 99 + 99) / 100)], gaps[n], n - cold, warm
    exit (overlaps > 0)
  }' "$ticks"
