#!/usr/bin/env python3
"""Containers with podman for real, below `baton run` as process 1, under load.

bench/containers.py DIRECTORY [RESTARTS [KILLS]]

DIRECTORY has `baton` and `Hello`, both native code:
  dotnet publish src/Baton.Cli -c Release -r linux-x64 -p:PublishAot=true -p:CppCompilerAndLinker=gcc -o DIRECTORY
  dotnet publish samples/Hello -c Release -r linux-x64 -p:PublishAot=true -p:CppCompilerAndLinker=gcc -o DIRECTORY
The image is made of samples/containers/Containerfile on a base with the C library and OpenSSL alone: no shell, no init, no curl. The
containers run with a read-only file system, as user 65534, without capabilities. Each story writes one line. Exit code 0 if nothing
failed that must not; 2 if podman can't run a container here. Needs root, podman and runc.
"""
import importlib.util, json, os, re, shutil, signal, subprocess, sys, tempfile, time, urllib.request

spec = importlib.util.spec_from_file_location("kill_either", os.path.join(os.path.dirname(os.path.abspath(__file__)), "kill-either.py"))
kill_either = importlib.util.module_from_spec(spec)
spec.loader.exec_module(kill_either)

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGE, BASE, PORT = "localhost/baton-bench", "localhost/baton-bench-base", 8099
LIMITS = ["--runtime", "runc", "run", "--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000"]
SECURE = ["--read-only", "--user", "65534:65534", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp"]
failures = []


def podman(*args, check=True, limit=120):
    done = subprocess.run(["podman", *args], capture_output=True, text=True, timeout=limit)
    if check and done.returncode != 0:
        raise RuntimeError(f"podman {' '.join(args)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def make_images(directory, work):
    root = os.path.join(work, "root")
    for name in ("tmp", "etc", "proc", "sys", "dev", "run"):
        os.makedirs(os.path.join(root, name))
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    libraries = set()
    for program in ("baton", "Hello"):
        said = subprocess.run(["ldd", os.path.join(directory, program)], capture_output=True, text=True, check=True).stdout
        libraries |= set(re.findall(r"(/\S+)", said))

    # .NET loads OpenSSL when it needs it; images of runtime-deps have it.
    cache = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    libraries |= set(re.findall(r"lib(?:ssl|crypto)\.so\.3 .*=> (/\S+)", cache))
    for library in libraries:
        os.makedirs(root + os.path.dirname(library), exist_ok=True)
        shutil.copy(os.path.realpath(library), root + library)
    with open(os.path.join(root, "etc/passwd"), "w") as passwd:
        passwd.write("nobody:x:65534:65534::/:/\n")
    tar = os.path.join(work, "base.tar")
    subprocess.run(["tar", "-C", root, "-cf", tar, "."], check=True)
    podman("import", tar, BASE)
    context = os.path.join(work, "context")
    os.makedirs(context)
    for program in ("baton", "Hello"):
        shutil.copy(os.path.join(directory, program), context)
    podman("--runtime", "runc", "build", "--format", "docker", "--build-arg", f"BASE={BASE}",
           "-f", os.path.join(REPOSITORY, "samples/containers/Containerfile"), "-t", IMAGE, context)


class Container:
    def __init__(self, *options, run=(), program="/app/Hello", settings=()):
        self.id = podman(
            *LIMITS, "--detach", *SECURE, "--env", "GracefulRestart__Probation=0", "--env", "GracefulRestart__IdleGrace=1s", *settings,
            *options, "--entrypoint", json.dumps(["/usr/local/bin/baton", "run", *run, "--", program]), IMAGE,
            "--urls", f"http://127.0.0.1:{PORT}").stdout.strip()
        self.serves()

    @property
    def pid(self):
        """Process 1 of the container, as the machine sees it."""
        return int(podman("inspect", "--format", "{{.State.Pid}}", self.id).stdout)

    def serves(self, other_than=None, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=10) as answer:
                    pid = answer.headers["X-Pid"]
                    if pid != other_than:
                        return pid
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"no other process than {other_than} serves within {limit} s:\n{podman('logs', self.id).stderr}")

    def signal(self, name):
        podman("kill", "--signal", name, self.id)

    def baton(self, *args):
        return podman("exec", self.id, "/usr/local/bin/baton", *args, check=False)

    def service(self):
        """The process that serves, as the machine sees it: the only child of process 1 that has the program."""
        found = subprocess.run(["pgrep", "--parent", str(baton_of(self.pid)), "Hello"], capture_output=True, text=True)
        return int(found.stdout.split()[-1])

    def stop(self, limit=30):
        begun = time.monotonic()
        podman("stop", "--time", str(limit), self.id)
        took = time.monotonic() - begun
        code = int(podman("inspect", "--format", "{{.State.ExitCode}}", self.id).stdout)
        return code, took

    def remove(self):
        podman("rm", "--force", "--time", "0", self.id, check=False)


def baton_of(pid):
    """With --init process 1 is another one."""
    with open(f"/proc/{pid}/comm") as comm:
        if comm.read().strip() == "baton":
            return pid
    return int(subprocess.run(["pgrep", "--parent", str(pid), "baton"], capture_output=True, text=True, check=True).stdout)


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def require(holds, what):
    if not holds:
        failures.append(what)
        print(f"  FAILED: {what}", flush=True)


def story(name, body, *options, **settings):
    container = Container(*options, **settings)
    load = kill_either.Load(PORT)
    try:
        extra = body(container) or ""
        load.end()
        counts = dict(load.counts)
        print(f"{name}: {counts}, slowest {load.worst:.2f} s{extra}", flush=True)
        if set(counts) != {"answered"}:
            said = podman("logs", container.id)
            with tempfile.NamedTemporaryFile("w", prefix="baton-container-", suffix=".log", delete=False) as log:
                log.write(said.stdout + said.stderr)
            print(f"  its log: {log.name}", flush=True)
        return load.counts
    finally:
        load.end()
        container.remove()


def restart(container, by):
    before = container.serves()
    by()
    container.serves(other_than=before)
    # The old process finishes its work: more than three at a time would be cut.
    while len(json.loads(container.baton("status", "--json").stdout)["status"]["generations"]) > 1:
        time.sleep(0.05)


def none_failed(name, counts):
    require(sum(counts.values()) == counts["answered"] > 0, f"{name}: {dict(counts)}")


def restarts(count):
    def body(container):
        pid = container.pid
        for _ in range(count):
            restart(container, lambda: container.signal("USR2"))
        require(pid == container.pid, "process 1 stays")
        return f", {count} restarts, baton run has {memory(baton_of(pid)):.1f} MB"
    return body


def kills(count):
    def body(container):
        before = memory(baton_of(container.pid))
        for _ in range(count):
            old = container.serves()
            os.kill(container.service(), signal.SIGKILL)
            container.serves(other_than=old)
        return f", {count} kills of the only process, baton run has {before:.1f} MB before and {memory(baton_of(container.pid)):.1f} MB after"
    return body


def operate(container):
    before = container.serves()
    done = container.baton("restart", "--timeout", "60s")
    require(done.returncode == 0, f"podman exec baton restart: {done.returncode} {done.stderr}")
    require(container.serves() != before, "another process serves")
    health = podman("healthcheck", "run", container.id, check=False)
    require(health.returncode == 0, f"podman healthcheck run: {health.returncode} {health.stdout}{health.stderr}")


def releases(srv):
    def switch(name):
        os.symlink(f"releases/{name}", f"{srv}/next")
        os.replace(f"{srv}/next", f"{srv}/current")

    def body(container):
        switch("2")
        require(container.baton("restart", "--timeout", "60s").returncode == 0, "a release in a mounted directory is taken")
        good = container.serves()
        switch("bad")
        done = container.baton("restart", "--timeout", "60s")
        require(done.returncode == 1, f"a bad release fails the restart: {done.returncode} {done.stderr}")
        require(container.serves() == good, "the good release serves on")
    return body


def out_of_memory(srv):
    def body(container):
        good = container.serves()
        os.symlink("releases/hungry", f"{srv}/next")
        os.replace(f"{srv}/next", f"{srv}/current")
        done = container.baton("restart", "--timeout", "60s")
        require(done.returncode == 1 and "SIGKILL" in done.stderr, f"the successor is the victim: {done.returncode} {done.stderr}")
        require(container.serves() == good, "the service lives")
    return body


def stop(container):
    slow = subprocess.Popen(["curl", "-s", "-w", "%{http_code}", f"http://127.0.0.1:{PORT}/sleep?ms=2000"], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    code, took = container.stop()
    said = slow.communicate(timeout=30)[0]
    require(code == 0 and said.endswith("200"), f"podman stop: exit code {code}, the open request {said}")
    print(f"podman stop: exit code {code} after {took:.1f} s, a request of 2 s was finished", flush=True)


def main():
    directory = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    dead = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    work = tempfile.mkdtemp(prefix="baton-containers-")
    try:
        make_images(directory, work)
        none_failed("restarts by podman kill", story("podman kill --signal USR2", restarts(count)))
        lost = story("SIGKILL", kills(dead), run=["--back-off", "10ms", "--back-off-max", "10ms"])
        require(lost["refused"] == lost["late"] == lost["wrong"] == 0, f"kills: {dict(lost)}")
        none_failed("operator", story("podman exec baton restart, health check", operate))
        none_failed("double init", story("--init", restarts(3), "--init"))
        none_failed("pid namespace of the machine", story("--pid host", restarts(3), "--pid", "host"))
        srv = os.path.join(work, "srv")
        for release, program in (("1", "Hello"), ("2", "Hello"), ("bad", "baton")):
            os.makedirs(f"{srv}/releases/{release}")
            shutil.copy(os.path.join(directory, program), f"{srv}/releases/{release}/Hello")
        os.chmod(work, 0o755)
        os.symlink("releases/1", f"{srv}/current")
        none_failed("releases", story("releases, a good and a bad one", releases(srv), "--volume", f"{srv}:/srv/hello:ro", program="/srv/hello/current/Hello"))
        hungry = os.path.join(srv, "releases/hungry")
        os.makedirs(hungry)
        subprocess.run(["gcc", "-static", "-x", "c", "-o", f"{hungry}/Hello", "-"], check=True, text=True,
                       input="#include <stdlib.h>\n#include <string.h>\nint main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }\n")
        os.symlink("releases/1", f"{srv}/next")
        os.replace(f"{srv}/next", f"{srv}/current")
        none_failed("out of memory", story("a release that takes all memory, --memory 300m", out_of_memory(srv), "--memory", "300m",
                                           "--volume", f"{srv}:/srv/hello:ro", program="/srv/hello/current/Hello"))
        container = Container()
        try:
            stop(container)
        finally:
            container.remove()
    except (RuntimeError, FileNotFoundError) as e:
        print(e)
        return 2
    finally:
        shutil.rmtree(work)
        for image in (IMAGE, BASE):
            subprocess.run(["podman", "rmi", "--force", image], capture_output=True)
    print("nothing failed" if not failures else f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
