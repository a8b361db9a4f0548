#!/usr/bin/env python3
"""Releases for four hosts by Ansible, and restarts one host at a time by locks, with the real tools and the service under load.

bench/fleet.py FAULTYHELLO BATON [ansible] [etcd] [postgres]

FAULTYHELLO is the directory of bench/FaultyHello, BATON the directory of the command, as `dotnet build` makes them. Must be root:
the hosts are network namespaces, each with its own sshd, /srv/shop and service. Needs ansible-core, openssh-server, for the locks
etcd-server, etcd-client and PostgreSQL. samples/fleet/ansible installs a good release, which must go through all hosts, and a bad
one, which must stop at the first; the first must go on with the former one. Then all hosts are restarted at the same time, each
through samples/fleet/locks: never two may be at it. Six strict clients for each host ask all the while; no request may fail. Exit code 0
if all is so, else 1; 2 if it could not run.
"""
import collections, glob, importlib.util, json, os, re, shutil, signal, subprocess, sys, tarfile, tempfile, threading, time

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("releases", f"{here}/bad-releases.py")
releases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(releases)
HOSTS = [1, 2, 3, 4]


def run(*command, **more):
    return subprocess.run(command, check=True, **more)


def own_namespaces():
    """Everything in namespaces of its own: nothing of this machine is changed."""
    if os.environ.get("BATON_FLEET") != "inside":
        os.environ["BATON_FLEET"] = "inside"
        os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, *sys.argv])
    os.makedirs("/run/netns", exist_ok=True)
    os.makedirs("/run/sshd", exist_ok=True)
    os.makedirs("/srv/shop", exist_ok=True)
    for place in ["/run/netns", "/run/sshd"]:
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", place)
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "fleet", "type", "bridge")
    run("ip", "addr", "add", "10.77.0.1/24", "dev", "fleet")
    run("ip", "link", "set", "fleet", "up")


class Host:
    def __init__(self, number, place, program, baton):
        self.number, self.address, self.place, self.name = number, f"10.77.0.{10 + number}", f"{place}/h{number}", f"h{number}"
        self.baton = baton
        os.makedirs(f"{self.place}/shop/releases")
        shutil.copytree(program, f"{self.place}/shop/releases/1", copy_function=os.link)
        os.symlink("releases/1", f"{self.place}/shop/current")
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", f"v{number}", "master", "fleet", "up")
        run("ip", "-n", self.name, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for link in ["eth0", "lo"]:
            run("ip", "-n", self.name, "link", "set", link, "up")
        self.log = open(f"{self.place}/log", "wb")
        self.environment = dict(
            os.environ, DOTNET_EnableDiagnostics="0", BATON_CONTROL_DIR="/srv/shop/control", GracefulRestart__Control__Directory="/srv/shop/control",
            GracefulRestart__Name="shop", GracefulRestart__Probation="4s", GracefulRestart__ReadyTimeout="10s", GracefulRestart__LaterServerTimeout="0s",
            Logging__LogLevel__Microsoft="Warning", Kestrel__Endpoints__Http__Url="http://0.0.0.0:8080", PATH=f"{baton}:{os.environ['PATH']}")

    def within(self, *command):
        """A command on this host: its network, its /srv/shop."""
        script = f"mount --bind {self.place}/shop /srv/shop && exec \"$@\""
        return ["ip", "netns", "exec", self.name, "unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", *command]

    def start(self, key):
        self.processes = [
            subprocess.Popen(self.within("/srv/shop/current/FaultyHello"), env=self.environment, stdout=self.log, stderr=self.log, cwd=self.place),
            subprocess.Popen(self.within(
                "/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", f"{key}/host", "-o", f"AuthorizedKeysFile={key}/user.pub", "-o", "StrictModes=no", "-o", "UsePAM=no",
                "-o", f"PidFile={self.place}/sshd.pid", "-o", "PermitRootLogin=yes", "-o", f"SetEnv=BATON_CONTROL_DIR=/srv/shop/control PATH={self.baton}:/usr/bin:/bin"),
                stdout=self.log, stderr=self.log)]

    def baton_json(self, *arguments):
        done = subprocess.run(self.within("baton", *arguments, "--json"), env=self.environment, capture_output=True, text=True)
        return json.loads(done.stdout.strip().splitlines()[-1])

    def generation(self):
        return self.baton_json("status")["status"]["generation"]

    def release(self):
        return os.readlink(f"{self.place}/shop/current")


class Load(releases.Load):
    def __init__(self, address):
        self.address = address
        super().__init__(8080)

    def connect(self):
        return releases.socket.create_connection((self.address, self.port), releases.LIMIT)


def archive(program, place, name, fault):
    path = f"{place}/{name}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        tar.add(program, ".")
        if fault:
            with open(f"{place}/fault", "w") as file:
                file.write(fault)
            tar.add(f"{place}/fault", "./fault")
    return path


def playbook(place, key, name, path):
    inventory = f"{place}/hosts"
    with open(inventory, "w") as file:
        file.write("[shop]\n" + "".join(f"10.77.0.{10 + n}\n" for n in HOSTS))
    environment = dict(
        os.environ, ANSIBLE_HOST_KEY_CHECKING="False", ANSIBLE_PRIVATE_KEY_FILE=f"{key}/user", ANSIBLE_REMOTE_USER="root", ANSIBLE_LOCAL_TEMP=f"{place}/tmp",
        ANSIBLE_REMOTE_TEMP=f"{place}/remote", ANSIBLE_SSH_ARGS=f"-o UserKnownHostsFile=/dev/null -o ControlMaster=auto -o ControlPersist=60s -o ControlPath={place}/c-%h", ANSIBLE_PIPELINING="True",
        ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3")
    done = subprocess.run(
        ["ansible-playbook", "-i", inventory, f"{here}/../samples/fleet/ansible/release.yml", "-e", f"baton_release={name}", "-e", f"baton_archive={path}", "-e", "baton_stable_for=3s",
         "-e", "baton_timeout=2m"], env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def by_ansible(hosts, place, key, program, wrong):
    code, said = playbook(place, key, "2", archive(program, place, "good", ""))
    print(f"Ansible, a good release: exit code {code}; releases {[h.release() for h in hosts]}, generations {[h.generation() for h in hosts]}", flush=True)
    if code != 0 or any(h.release() != "releases/2" or h.generation() != 2 for h in hosts):
        wrong.append(said)
    code, said = playbook(place, key, "3", archive(program, place, "bad", "never-healthy"))
    print(f"Ansible, a bad release: exit code {code}; releases {[h.release() for h in hosts]}, generations {[h.generation() for h in hosts]}", flush=True)
    tried = [os.path.exists(f"{h.place}/shop/releases/3") for h in hosts]
    if code == 0 or any(h.release() != "releases/2" or h.generation() != 2 for h in hosts) or tried != [True, False, False, False]:
        wrong.append(said)
    print("\n".join(line for line in said.splitlines() if '"msg"' in line or "fatal" in line)[:600], flush=True)


def by_lock(name, hosts, environment, wrong):
    """All at the same time; the history of the hosts says when each restart was."""
    before = [h.generation() for h in hosts]
    script = f"{here}/../samples/fleet/locks/{name}.sh"
    running = [subprocess.Popen(h.within(script, "shop", "--quiet"), env=dict(h.environment, **environment), stdout=h.log, stderr=h.log) for h in hosts]
    codes = [r.wait() for r in running]
    spans = []
    for host in hosts:
        record = host.baton_json("history")["restarts"][0]
        begun = releases.datetime.datetime.fromisoformat(record["askedAt"].replace("Z", "+00:00")).timestamp()
        spans.append((begun, begun + record["durationMs"] / 1000))
    spans.sort()
    overlaps = sum(1 for a, b in zip(spans, spans[1:]) if b[0] < a[1])
    print(f"{name}: exit codes {codes}, {overlaps} restarts at the same time, {spans[-1][1] - spans[0][0]:.0f} s for {len(hosts)} hosts", flush=True)
    if any(codes) or overlaps or [h.generation() for h in hosts] != [g + 1 for g in before]:
        wrong.append(f"{name}: {codes}, {spans}")


def with_etcd(hosts, place, wrong):
    server = subprocess.Popen(
        ["etcd", "--data-dir", f"{place}/etcd", "--listen-client-urls", "http://10.77.0.1:2379", "--advertise-client-urls", "http://10.77.0.1:2379", "--listen-peer-urls", "http://127.0.0.1:2380"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        environment = {"ETCDCTL_ENDPOINTS": "http://10.77.0.1:2379", "ETCDCTL_API": "3"}
        until(lambda: subprocess.run(["etcdctl", "endpoint", "health"], env=dict(os.environ, **environment), capture_output=True).returncode == 0)
        by_lock("etcd", hosts, environment, wrong)

        # The holder dies in the middle: its restart goes on, and the lock is free when the lease is over.
        first = hosts[0]
        before = [h.generation() for h in hosts]
        holder = subprocess.Popen(first.within(f"{here}/../samples/fleet/locks/etcd.sh", "shop", "--quiet"), env=dict(first.environment, **environment), stdout=first.log, stderr=first.log)
        until(lambda: first.generation() > before[0])
        killed = 0
        for pid in subprocess.run(["ip", "netns", "pids", first.name], capture_output=True, text=True).stdout.split():
            with open(f"/proc/{pid}/comm") as name:
                if name.read().strip() == "etcdctl":
                    os.kill(int(pid), signal.SIGKILL)
                    killed += 1
        begun = time.time()
        code = subprocess.run(hosts[1].within(f"{here}/../samples/fleet/locks/etcd.sh", "shop", "--quiet"), env=dict(hosts[1].environment, **environment)).returncode
        until(lambda: first.baton_json("status")["status"]["state"] == "Serving")
        holder.wait()
        print(f"etcd, the holder of the lock is killed ({killed}): its restart came to generation {first.generation()}; the next host had to wait, and was done after {time.time() - begun:.0f} s with {code}", flush=True)
        if killed == 0 or code != 0 or [h.generation() for h in hosts[:2]] != [g + 1 for g in before[:2]]:
            wrong.append("the lost lock")
    finally:
        server.terminate()
        server.wait()


def with_postgres(hosts, place, wrong):
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    data = f"{place}/postgres"
    os.makedirs(data)
    shutil.chown(data, "postgres", "postgres")
    os.chmod(place, 0o755)
    run("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", f"{programs}/initdb", "-D", data, "--auth", "trust", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f"{data}/pg_hba.conf", "a") as file:
        file.write("host all all 10.77.0.0/24 trust\n")
    server = subprocess.Popen(
        ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", f"{programs}/postgres", "-D", data, "-h", "10.77.0.1", "-k", data],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        environment = {"PGHOST": "10.77.0.1", "PGUSER": "postgres", "PGDATABASE": "postgres"}
        until(lambda: subprocess.run(["psql", "-c", "select 1"], env=dict(os.environ, **environment), capture_output=True).returncode == 0)
        by_lock("postgres", hosts, environment, wrong)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()


def until(holds, limit=120):
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(holds)
        time.sleep(0.2)


def answers(address):
    try:
        with releases.socket.create_connection((address, 8080), 5) as connection:
            return b" 200 " in releases.request(connection, "/")
    except OSError:
        return False


def main():
    program, baton = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    chosen = sys.argv[3:] or ["ansible", "etcd", "postgres"]
    own_namespaces()
    place, wrong = tempfile.mkdtemp(prefix="baton-fleet-"), []
    key = f"{place}/keys"
    os.makedirs(key)
    for name in ["host", "user"]:
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{key}/{name}")
    hosts = [Host(n, place, program, baton) for n in HOSTS]
    loads = []
    try:
        for host in hosts:
            host.start(key)
        for host in hosts:
            until(lambda host=host: answers(host.address))
        loads = [Load(h.address) for h in hosts]
        if "ansible" in chosen:
            by_ansible(hosts, place, key, program, wrong)
        if "etcd" in chosen:
            with_etcd(hosts, place, wrong)
        if "postgres" in chosen:
            with_postgres(hosts, place, wrong)
    finally:
        for load in loads:
            load.end()
        for host in hosts:
            for pid in subprocess.run(["ip", "netns", "pids", host.name], capture_output=True, text=True).stdout.split():
                os.kill(int(pid), signal.SIGKILL)
    total = sum((load.counts for load in loads), collections.Counter())
    print(f"requests: {total['200']} answered, {total['500']} with 500 (one in a hundred orders is), {total['refused']} refused, {total['late']} late, {total['lost']} lost; "
          f"slowest {max(load.worst for load in loads) * 1000:.0f} ms")
    for text in wrong:
        print(f"WRONG: {text}")
    if wrong or total["refused"] + total["late"] + total["lost"]:
        print(f"What there is: {place}")
        return 1
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
