#!/usr/bin/env bash
# Boots a systemd on a throw-away copy of this machine's files, and ends it when standard input ends.
#   boot.sh TEMPORARY_DIRECTORY PACKAGES_DIRECTORY BOUND_DIRECTORY...
# The packages are fetched and unpacked once: several machines may be booted at a time.
# Says "systemd VERSION", "cgroups unified" or "cgroups legacy", "note ..." for what could not be had, and "leader PID" once it runs. All mounts are in a mount namespace of its own (unshare): they go with it.
set -euo pipefail
if [ "${BATON_UNSHARED:-}" != 1 ]; then
  BATON_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"
fi

cd "$1"
packages=$2
shift 2
mkdir -p over root "$packages/lists/partial"

# Cgroups of its own, in each hierarchy: or the units of two machines would share theirs.
cgroups=()
for root in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  if [ -w "$root/cgroup.procs" ]; then
    if [ "$root" = /sys/fs/cgroup/systemd ]; then key='name=systemd:'; else key='^0::'; fi
    cgroup=$root$(sed -n "s,.*$key/*,/,p" /proc/self/cgroup)
    mkdir "${cgroup%/}/baton-$$"
    cgroups+=("${cgroup%/}")
  fi
done
for cgroup in "${cgroups[@]}"; do echo $$ >"$cgroup/baton-$$/cgroup.procs"; done
# On a file system of its own: an overlay's upper part can't be on an overlay.
mount -t tmpfs tmpfs over
mkdir over/up over/work
mount -t overlay overlay -o lowerdir=/,upperdir=over/up,workdir=over/work root

# notify-reload is of 253; Debian 12 has 252, its backports have 254. BATON_SYSTEMD=installed takes the one that is there.
backports() {
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main" >backports.list
  local options=(-qq -o Dir::Etc::sourcelist="$PWD/backports.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$packages/lists"
    -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o APT::Sandbox::User=root)
  [ -e "$packages/complete" ] || {
    apt-get "${options[@]}" update >/dev/null &&
      (cd "$packages" && apt-get "${options[@]}" download systemd libsystemd0 libsystemd-shared systemd-sysv >/dev/null) &&
      for package in "$packages"/*.deb; do dpkg-deb --fsys-tarfile "$package" >"$package.tar" || return; done &&
      touch "$packages/complete"
  }
}
version() { chroot root /lib/systemd/systemd --version | sed -n 1p; }
if [ "$(version | cut -d' ' -f2)" -lt 253 ] && [ "${BATON_SYSTEMD:-}" != installed ]; then
  exec 8>"$packages/lock"
  flock 8
  if backports; then
    for package in "$packages"/*.tar; do tar -x --keep-directory-symlink -C root -f "$package"; done
  else
    echo "note systemd from bookworm-backports could not be had"
  fi
  exec 8>&-
fi
version

# Installed servers are not to start, and journals must not clash.
rm -f root/etc/systemd/system/*.wants/*
: >root/etc/machine-id
# Something in an image may say that it is one of another kind.
rm -f root/.dockerenv root/run/.containerenv

# v2 alone, as machines have it today, also where this one has v1 or both: trees of processes need no controllers. BATON_CGROUPS=legacy takes v1.
if [ "${BATON_CGROUPS:-}" != legacy ] && grep -q ' cgroup2 ' /proc/self/mounts; then
  export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
  echo "cgroups unified"
else
  export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=0
  echo "cgroups legacy"
fi

binds=()
for directory in "$@"; do binds+=(--bind-ro="$directory"); done
# Its own session: a signal from the terminal is for who started this.
setsid systemd-nspawn --quiet -D root --boot --machine="baton-$$" --register=no --keep-unit --private-network --console=passive "${binds[@]}" </dev/null >boot.log 2>&1 &
nspawn=$!
end() {
  # Ends all of its processes; a power-off would stop each unit first.
  kill -KILL "${leader:-$nspawn}" 2>/dev/null || true
  wait "$nspawn" 2>/dev/null || true
  for cgroup in "${cgroups[@]}"; do
    echo $$ >"$cgroup/cgroup.procs" || true
    find "$cgroup/baton-$$" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}
trap end EXIT

enter() { nsenter -t "$leader" -m -p -u -i -n -C "$@"; }
for _ in $(seq 600); do
  kill -0 "$nspawn" 2>/dev/null || break
  leader=$(pgrep -P "$nspawn" || true)
  if [ -n "$leader" ] && enter systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; then
    enter ip link set lo up
    echo "leader $leader"
    cat >/dev/null
    exit 0
  fi
  sleep 0.1
done
echo "note systemd did not come up: $(tr -d '\r' <boot.log | tail -n 5 | tr '\n' ' ')"
exit 1
