#!/usr/bin/env python3
"""Processes that nobody of the service has started take over one after another under load, and attempts that must fail.

bench/takeover.py PROGRAM [TAKEOVERS]
bench/takeover.py podman PROGRAM

PROGRAM is samples/Hello or tests/TestService, as `dotnet build` or `dotnet publish` makes it. Each of the TAKEOVERS (20) starts it
again with TakeOver=Auto, in namespaces of its own (pid, mount) every other time, and waits until the old one has ended, with exit
code 0. Six strict clients ask all the while on loopback. Then 50 processes of another user ask the service for its sockets, as
root where the service is of user 65534: no descriptor may come. Needs root. Exit code 0 if nothing was lost, else 1.

With podman (and runc) PROGRAM is tests/TestService as native code. Three images are made of it and the libraries that it needs.
On the host network and with one shared volume version 2 takes over from version 1 under load, whose container ends with 0; a bad
version 3 is rolled back, and its container ends with 1; version 2 is stopped, and ends with 0.
"""
import array, collections, os, random, shutil, signal, socket, subprocess, sys, tempfile, threading, time

from strict import request

LIMIT = 10
engine = sys.argv[1] == "podman"
program, takeovers = os.path.abspath(sys.argv[2 if engine else 1]), int(sys.argv[2]) if len(sys.argv) > 2 and not engine else 20
folder = tempfile.mkdtemp(prefix="takeover-")
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]


class Load:
    """Clients that never retry a request."""

    def __init__(self):
        self.counts, self.worst, self.ended = collections.Counter(), 0.0, False
        self.threads = [threading.Thread(target=self.run, args=(i % 2 == 0,), daemon=True) for i in range(6)]
        for thread in self.threads:
            thread.start()

    def run(self, keep):
        connection = None
        while not self.ended:
            begun = time.monotonic()
            try:
                connection = connection or socket.create_connection(("127.0.0.1", port), LIMIT)
                connection.settimeout(LIMIT)
                head, _ = request(connection, keep=keep)
                self.counts["answered" if b" 200 " in head.split(b"\r\n")[0] else "wrong"] += 1
                if not keep or b"connection: close" in head.lower():
                    connection.close()
                    connection = None
            except OSError as e:
                self.counts[type(e).__name__] += 1
                connection = None
            self.worst = max(self.worst, time.monotonic() - begun)
            time.sleep(0.004)

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join(LIMIT)


def start(number, apart=False, user=None):
    environment = dict(
        os.environ, DOTNET_EnableDiagnostics="0", GracefulRestart__TakeOver="Auto", GracefulRestart__Probation="00:00:01",
        GracefulRestart__Control__Directory=f"{folder}/control" + ("" if user is None else f"-{user}"))
    command = [program, "--urls", f"http://127.0.0.1:{port if user is None else 0}"]
    if apart:
        command = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"] + command
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] + command
    log = open(f"{folder}/{number}.log", "w")
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/")


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("a process did not come so far in time")
        time.sleep(0.02)


def answers():
    try:
        with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
            return b" 200 " in request(connection)[0]
    except OSError:
        return False


def attempts():
    """Root asks a service of another user; what it says and passes differs each time."""
    os.chmod(folder, 0o755)
    os.makedirs(f"{folder}/control-65534", 0o700)
    os.chown(f"{folder}/control-65534", 65534, 65534)
    service = start("other-user", user=65534)
    name = os.path.basename(program)
    path = f"{folder}/control-65534/{name}.sock"
    until(lambda: os.path.exists(path))
    generator, got = random.Random(14), 0
    for number in range(50):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(LIMIT)
            client.connect(path)
            pid = generator.choice([os.getpid(), service.pid, 1, 0, -1, 2 ** 31 - 1])
            line = f'{{"protocol":1,"command":"takeover","pid":{pid},"program":"{program}","by":"{number}"}}\n'.encode()
            if number % 5 == 4:
                line = bytes(b ^ (1 << generator.randrange(8)) if generator.random() < 0.02 else b for b in line[:-1]) + b"\n"
            pair = socket.socketpair()
            reader, writer = os.pipe()
            passed = [[], [writer], [reader, writer], [pair[0].fileno(), writer], [0, 1, 2, writer]][number % 5]
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", passed))] if passed else []
            client.sendmsg([line], rights)
            while True:
                data, control, _, _ = client.recvmsg(65536, socket.CMSG_SPACE(4 * 253))
                got += sum(len(c[2]) // 4 for c in control if c[1] == socket.SCM_RIGHTS)
                if not data:
                    break
            for end in pair:
                end.close()
            os.close(reader)
            os.close(writer)
    service.send_signal(signal.SIGTERM)
    code = service.wait(60)
    print(f"50 attempts as another user: {got} descriptors; the service ended with {code}")
    return got == 0 and code == 0


def podman(*arguments, check=True):
    done = subprocess.run(["podman", "--runtime", "runc", *arguments], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"podman {' '.join(arguments)}: {done.stderr}")
    return done.stdout.strip()


def image(tag, behaviour=""):
    """The program, the libraries that it is linked to, and what it is told to do."""
    tree = f"{folder}/image-{tag}"
    os.makedirs(f"{tree}/tmp")
    libraries = [word for word in subprocess.run(["ldd", program], capture_output=True, text=True).stdout.split() if word[0] == "/"]
    for file in libraries:
        os.makedirs(tree + os.path.dirname(file), exist_ok=True)
        shutil.copy(file, tree + file)
    shutil.copy(program, f"{tree}/TestService")
    with open(f"{tree}/behaviour", "w") as file:
        file.write(behaviour)
    archive = f"{folder}/{tag}.tar"
    subprocess.run(["tar", "-C", tree, "-cf", archive, "."], check=True)
    podman("import", archive, f"baton-takeover:{tag}")
    shutil.rmtree(tree)
    os.remove(archive)


def run(tag):
    variables = dict(
        DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1, DOTNET_EnableDiagnostics=0, TEST_SERVICE_BEHAVIOUR="/behaviour",
        GracefulRestart__TakeOver="Auto", GracefulRestart__Probation="00:00:03", GracefulRestart__Control__Directory="/run/shop/baton")
    podman("run", "--detach", "--name", f"baton-takeover-{tag}", "--network", "host", "--volume", "baton-takeover:/run/shop",
           "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
           *[word for name, value in variables.items() for word in ("--env", f"{name}={value}")],
           f"baton-takeover:{tag}", "/TestService", "--urls", f"http://127.0.0.1:{port}")


def clean():
    for tag in "123":
        podman("rm", "--force", "--time", "0", f"baton-takeover-{tag}", check=False)
        podman("rmi", f"baton-takeover:{tag}", check=False)
    podman("volume", "rm", "baton-takeover", check=False)


def containers():
    clean()
    ended = {}
    try:
        for tag, behaviour in (("1", ""), ("2", ""), ("3", "after-commit unhealthy 500")):
            image(tag, behaviour)
        run("1")
        until(answers)
        load = Load()
        run("2")
        ended["version 1, taken over from"] = (podman("wait", "baton-takeover-1"), "0")
        run("3")
        ended["version 3, which is bad"] = (podman("wait", "baton-takeover-3"), "1")
        load.end()
        podman("stop", "--time", "30", "baton-takeover-2")
        ended["version 2, stopped"] = (podman("wait", "baton-takeover-2"), "0")
        answered = load.counts.pop("answered", 0)
        print(f"podman: {answered} requests answered, {dict(load.counts) or 'none'} lost, the longest took {load.worst * 1000:.0f} ms")
        for what, (code, wanted) in ended.items():
            print(f"{what}: exit code {code}")
        good = all(code == wanted for code, wanted in ended.values()) and not load.counts and answered > 0
        if not good:
            for tag in "123":
                print(f"--- {tag}", podman("logs", f"baton-takeover-{tag}", check=False), sep="\n")
        return good
    finally:
        clean()
        shutil.rmtree(folder)


if engine:
    sys.exit(0 if containers() else 1)
faults = []
current = start(0)
until(answers)
load = Load()
begun = time.monotonic()
for number in range(1, takeovers + 1):
    # As two containers: each is process 1 of its own pid namespace.
    following = start(number, apart=number % 2 == 0)
    code = current.wait(120)
    if code != 0:
        faults.append(f"process {number - 1} ended with {code}")
    if following.poll() is not None:
        faults.append(f"process {number} has ended")
    current = following
elapsed = time.monotonic() - begun
load.end()
subprocess.run(["pkill", "-TERM", "-P", str(current.pid)]) if takeovers % 2 == 0 and takeovers else current.terminate()
current.wait(60)
answered = load.counts.pop("answered", 0)
print(f"{takeovers} takeovers in {elapsed:.0f} s: {answered} requests answered, {dict(load.counts) or 'none'} lost, "
      f"the longest took {load.worst * 1000:.0f} ms")
good = attempts() and not faults and not load.counts and answered > 0
if good:
    shutil.rmtree(folder)
else:
    print("\n".join(faults), f"logs: {folder}", sep="\n")
sys.exit(0 if good else 1)
