# Sourced by demo.sh and test.sh: checks for the SDK, and installs from Debian's packages what is named and missing.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# One compiler server for all builds, those of the tests too: a new compiler for each project costs five seconds of a core.
# Where the environment says that none may stay behind, end_compiler ends it.
keeps_compiler=${UseSharedCompilation:-true}
export UseSharedCompilation=true

require_sdk() {
  if ! command -v dotnet >/dev/null || [[ ! $'\n'$(dotnet --list-sdks 2>/dev/null) =~ $'\n'10\. ]]; then
    echo "Baton needs the .NET 10 SDK, and there is none on the PATH. See https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
    exit 2
  fi
}

# require_packages PROBE=PACKAGE...: a probe is a command, or a file when it begins with a slash.
require_packages() {
  local missing=() pair probe
  for pair in "$@"; do
    probe=${pair%%=*}
    case $probe in
      /*) [ -e "$probe" ] ;;
      *) command -v "$probe" >/dev/null ;;
    esac || missing+=("${pair#*=}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  echo "Installing from Debian's packages: ${missing[*]}"
  if ! "${root[@]}" bash -c "$(declare -f install_quietly); install_quietly \"\$@\"" install "${missing[@]}" >/dev/null; then
    echo "Could not install ${missing[*]}; install them by hand and call again." >&2
    exit 2
  fi
}

# A package of a server starts it as soon as it is installed, unless policy-rc.d says no: the tests start their own.
install_quietly() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends "$@"
}

# Says nothing but what is wrong.
build() {
  dotnet build "$@" --configuration Release --verbosity quiet "-clp:ErrorsOnly" | { grep -E '(error|warning) ' || [ $? -eq 1 ]; }
}

# The JavaScript clients of tests, those of the lock file and no others: artifacts/js-clients.
install_js_clients() {
  local place=artifacts/js-clients file=package-lock.json
  cmp -s tests/JsClients/$file $place/$file && return
  rm -rf $place && mkdir -p $place && cp tests/JsClients/package*.json $place
  npm ci --prefix $place --ignore-scripts --no-audit --no-fund --silent || { rm -f $place/$file; return 1; }
}

end_compiler() {
  [ "$keeps_compiler" = true ] || dotnet build-server shutdown --vbcscompiler >/dev/null 2>&1 || true
}

# The test service as most tests start it, native code in artifacts/native/TestService, and as the others do, in artifacts/ready/TestService: for the shared framework, with all assemblies compiled
# ahead. Each is made anew when its code has changed. Where a machine can't have one, tests start the usual build, and this says so.
build_services() {
  build_service native NativeRuntime
  build_service ready ReadyRuntime
}

build_service() {
  local program=artifacts/$1/TestService/TestService runtime said
  # Other builds write the same assemblies anew, so the sources decide, their directories too. Its time is then that of now: tests start none that is older than the assemblies.
  if [ -e "$program" ] && [ -z "$(find src tests/TestService ./*.props global.json -newer "$program" -print -quit)" ]; then
    touch "$program"
    return
  fi
  runtime=$(dotnet --info | sed -n 's/^ *RID: *//p')
  if said=$(dotnet publish tests/TestService --configuration Release "-p:$2=$runtime" -p:CppCompilerAndLinker=gcc 2>&1); then
    touch "$program"
  elif grep -E '(error|warning) (IL|CS|CA|IDE|VS|RS)[A-Z]*[0-9]+' <<<"$said" >&2; then
    return 1
  else
    rm -f "$program"
    echo "NO BUILD \"$1\" on this machine ($runtime), tests start the usual one: $(grep -m 1 -E 'error' <<<"$said" || tail -n 1 <<<"$said")"
  fi
}
