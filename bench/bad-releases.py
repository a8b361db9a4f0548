#!/usr/bin/env python3
"""Twenty bad releases and good ones of a service under load: each bad one has to be taken back, no good one may be.

bench/bad-releases.py FAULTYHELLO BATON [GOOD] [ONLY]

FAULTYHELLO is the directory of bench/FaultyHello, BATON the program, both as `dotnet build` makes them; GOOD the number of good
releases, 20 if it is not given; ONLY a fault, for that alone. The service has a path with a long tail of latencies, seconds in which all is slow and one failure in a
hundred. It is restarted by `baton restart` into each release with `Judge` on. Six strict clients, three of them on kept
connections, ask all the while, on loopback. Printed are, for each bad release, the exit code of `baton`, the reason, and the time
from its fault (for what is slow or fails: from its first answer) until the old process has answered over a new connection. Counted
are requests that were refused or not answered within 10 s, which must not be. Exit code 0 if all is as it has to be, else 1; 2 if
it could not run.
"""
import collections, datetime, json, os, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time

from strict import processes, request

LIMIT = 10

# Name, what the file says, and whether it is found before it serves.
BAD = [
    ("crashes at its start", "crash-at-start", True),
    ("dies after 1 ms", "dies-after 1", None),
    ("dies after 1 s", "dies-after 1000", False),
    ("dies after 9 s", "dies-after 9000", False),
    ("exits with 0", "exits 1000", False),
    ("hangs at its start", "hangs-at-start", True),
    ("its thread pool is stuck", "deadlocks 1000", False),
    ("gets unhealthy", "gets-unhealthy 3000", False),
    ("never gets healthy", "never-healthy", True),
    ("20 % of 500 on one path", "fails-orders 0.2", False),
    ("20 % of exceptions on one path", "throws-orders 0.2", False),
    ("5 times slower p99 on one path", "slow-orders 5", False),
    ("leaks memory up to its limit", "leaks 500", False),
    ("unhealthy, and does not stop", "ignores-sigterm 1000", False),
    ("garbage on the channel", "garbage 1000", False),
    ("its configuration is bad", "bad-configuration", True),
    ("a file is missing", "missing-file", True),
    ("its port is taken", "port-taken", True),
    ("background work throws", "fails-work 1000", False),
    ("unhealthy only under load", "unhealthy-under-load", False),
]


class Load:
    """Clients that never retry a request. Half of them open a connection for each."""

    def __init__(self, port):
        self.port, self.counts, self.worst, self.ended, self.seen = port, collections.Counter(), 0.0, False, []
        self.threads = [threading.Thread(target=self.run, args=(i % 2 == 0,), daemon=True) for i in range(6)]
        for thread in self.threads:
            thread.start()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), LIMIT)

    def run(self, keep):
        connection, path = None, "/"
        while not self.ended:
            path = "/" if path == "/orders" else "/orders"
            begun = time.time()
            try:
                connection = connection or self.connect()
                connection.settimeout(LIMIT)
                head, _ = request(connection, path, keep)
                self.counts[head.split(b" ")[1].decode()] += 1
                if not keep:
                    self.seen.append((time.time(), begun, int(re.search(rb"x-pid: (\d+)", head.lower()).group(1)) if b"x-pid" in head.lower() else 0))
                if not keep or b"connection: close" in head.lower():
                    connection.close()
                    connection = None
            except TimeoutError:
                self.counts["late"] += 1
                connection = None
            except ConnectionRefusedError:
                self.counts["refused"] += 1
                connection = None
                time.sleep(0.01)
            except OSError:
                self.counts["lost"] += 1
                connection = None
            self.worst = max(self.worst, time.time() - begun)
            time.sleep(0.015)

    def first(self, pid, since):
        return min((t for t, begun, p in list(self.seen) if p == pid and begun >= since), default=None)

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join(LIMIT)


def serving(port):
    try:
        with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
            connection.settimeout(LIMIT)
            return int(re.search(rb"x-pid: (\d+)", request(connection)[0].lower()).group(1))
    except OSError:
        return None


def settled(port, mark):
    """Waits until one process is left and answers."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        left = processes(mark, b"FaultyHello")
        if len(left) == 1 and serving(port) == left[0]:
            return left[0]
        time.sleep(0.1)
    return None


class Service:
    def __init__(self, program, baton):
        self.directory = tempfile.mkdtemp(prefix="baton-releases-")
        self.program, self.baton, self.number = program, baton, 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.mark = f"BATON_BENCH_RUN={os.path.basename(self.directory)}"
        self.environment = dict(
            os.environ, BATON_BENCH_RUN=os.path.basename(self.directory), DOTNET_EnableDiagnostics="0", DOTNET_shutdownTimeoutSeconds="3",
            BATON_CONTROL_DIR=f"{self.directory}/control", GracefulRestart__Control__Directory=f"{self.directory}/control",
            GracefulRestart__Judge__Enabled="true", GracefulRestart__ReadyTimeout="8s", GracefulRestart__DrainTimeout="5s", GracefulRestart__IdleGrace="1s",
            GracefulRestart__LaterServerTimeout="1s", Logging__LogLevel__Microsoft="Warning")
        self.release("")
        self.log = open(f"{self.directory}/log", "wb")
        subprocess.Popen([f"{self.directory}/current/FaultyHello", "--urls", f"http://127.0.0.1:{self.port}"],
                         env=self.environment, stdout=self.log, stderr=self.log, cwd=self.directory)

    def release(self, fault):
        """A directory of its own, as a deployment makes one, and the link to it."""
        self.number += 1
        place = f"{self.directory}/v{self.number}"
        shutil.copytree(self.program, place, copy_function=os.link)
        if fault == "missing-file":
            os.remove(f"{place}/Baton.Hosting.dll")
        elif fault:
            with open(f"{place}/fault", "w") as file:
                file.write(f"{fault} {self.taken.getsockname()[1]}" if fault == "port-taken" else fault)
        os.symlink(place, f"{self.directory}/next")
        os.rename(f"{self.directory}/next", f"{self.directory}/current")

    def restart(self):
        done = subprocess.run([self.baton, "restart", "FaultyHello", "--json"], env=self.environment, capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout.strip().splitlines()[-1])

    def faulted(self, after):
        """When the release said that its fault begins."""
        with open(f"{self.directory}/log") as log:
            found = re.findall(r"FAULT (\S+?)(\d{6})\d*Z", log.read())
        times = [datetime.datetime.fromisoformat(f"{t}{fraction}+00:00").timestamp() for t, fraction in found]
        return max((t for t in times if t >= after), default=None)

    def end(self):
        for pid in processes(self.mark.encode(), b"FaultyHello"):
            os.kill(pid, signal.SIGKILL)
        self.log.close()


def main():
    program, baton = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    good = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    bad = [b for b in BAD if len(sys.argv) < 5 or b[1].startswith(sys.argv[4])]
    service, wrong = Service(program, baton), []
    mark = service.mark.encode()
    if settled(service.port, mark) is None:
        print(f"The service does not answer; its log: {service.directory}/log", file=sys.stderr)
        return 2
    load = Load(service.port)
    time.sleep(20)
    print(f"{'release':32} {'exit':4} {'reason':20} old process serves after")
    for name, fault, before in bad:
        old, begun = settled(service.port, mark), time.time()
        service.release(fault)
        code, result = service.restart()
        time.sleep(1)
        new = (result.get("record") or {}).get("successorPid")
        served = load.first(new, begun) if new else None
        said = service.faulted(begun)
        fault_at = said or served
        again = load.first(old, fault_at) if fault_at else None
        after = "it never stopped" if fault_at is None else f"{(again - fault_at) * 1000:.0f} ms" if again else "never"
        print(f"{name:32} {code:4} {result['failure'] or 'none':20} {after}", flush=True)
        if code != (1 if fault_at is None else 7) or serving(service.port) != old or (before is not None and before != (fault_at is None)):
            wrong.append(f"{name}: {result['explanation']}")
    taken = 0
    for _ in range(good):
        old = settled(service.port, mark)
        service.release("")
        code, result = service.restart()
        if code != 0 or serving(service.port) == old:
            taken += 1
            wrong.append(f"a good one: {result['explanation']}")
        detail = [p["detail"] for p in (result.get("record") or {}).get("phases", []) if p["name"] == "probation"]
        print(f"{'good':32} {code:4} {result['failure'] or 'none':20} {'; '.join(detail)}", flush=True)
    load.end()
    service.end()
    counts = load.counts
    print(f"{len(bad)} bad releases, {good} good ones of which {taken} were taken back; requests: {counts['200']} answered, {counts['500']} with 500, {counts['refused']} refused, "
          f"{counts['late']} not answered in {LIMIT} s, {counts['lost']} lost with a process that had accepted them; slowest {load.worst * 1000:.0f} ms")
    for line in wrong:
        print(f"WRONG: {line}")
    if wrong or counts["refused"] + counts["late"]:
        print(f"The log: {service.directory}/log")
        return 1
    shutil.rmtree(service.directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
