#!/usr/bin/env python3
"""Kills one of the two processes of a restart at a random moment, again and again, under load: whoever lives has to serve.

bench/kill-either.py PROGRAM [MOMENTS] [SEED]

PROGRAM is samples/Hello, as `dotnet build` or `dotnet publish` makes it. Each time a restart is asked for, and after 0 to 600 ms
the old or the new process is ended by SIGKILL, if both are there. Six strict clients, three of them on kept connections, ask all
the while, on loopback. Counted are requests that were refused or not answered within 10 s, which must not be, and those that the
killed process had accepted, which are lost with it. Exit code 0 if none was refused or late and somebody always served, else 1;
2 if it could not run. The log is kept unless it is 0.
"""
import collections, os, random, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time

from strict import processes, request

LIMIT = 10
PROBATION = 0.6


class Load:
    """Clients that never retry a request."""

    def __init__(self, port):
        self.port, self.counts, self.worst, self.ended = port, collections.Counter(), 0.0, False
        self.threads = [threading.Thread(target=self.run, args=(i % 2 == 0,), daemon=True) for i in range(6)]
        for thread in self.threads:
            thread.start()

    def run(self, keep):
        connection = None
        while not self.ended:
            begun = time.monotonic()
            try:
                connection = connection or socket.create_connection(("127.0.0.1", self.port), LIMIT)
                connection.settimeout(LIMIT)
                head, _ = request(connection, keep=keep)
                self.counts["answered" if b" 200 " in head.split(b"\r\n")[0] else "wrong"] += 1
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
            self.worst = max(self.worst, time.monotonic() - begun)
            time.sleep(0.004)

    def end(self):
        self.ended = True
        for thread in self.threads:
            thread.join(LIMIT)


def serving(port):
    """The pid of the process that answers; None if nobody does."""
    try:
        with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
            connection.settimeout(LIMIT)
            return int(re.search(rb"from (\d+)", request(connection)[1]).group(1))
    except OSError:
        return None


def settled(port, mark):
    """Waits until one process is left and answers."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        left = processes(mark)
        if len(left) == 1 and serving(port) == left[0]:
            return left[0]
        time.sleep(0.05)
    return None


def main():
    program, moments = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(10000)
    chance = random.Random(seed)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    directory = tempfile.mkdtemp(prefix="baton-kill-")
    mark = f"BATON_BENCH_RUN={os.path.basename(directory)}"
    environment = dict(os.environ, GracefulRestart__Control__Directory=f"{directory}/control", DOTNET_EnableDiagnostics="0",
                       GracefulRestart__Probation=f"{int(PROBATION * 1000)}ms", BATON_BENCH_RUN=os.path.basename(directory))
    with open(f"{directory}/log", "wb") as log:
        subprocess.Popen([program, "--urls", f"http://127.0.0.1:{port}"], env=environment, stdout=log, stderr=log, cwd=directory)
    if settled(port, mark.encode()) is None:
        print(f"The service does not answer; its log: {directory}/log", file=sys.stderr)
        return 2
    load, killed, served = Load(port), collections.Counter(), True
    for moment in range(moments):
        old = settled(port, mark.encode())
        if old is None:
            print(f"Nobody serves alone at moment {moment}; the log: {directory}/log", file=sys.stderr)
            served = False
            break
        bad = load.counts["refused"] + load.counts["late"]
        os.kill(old, signal.SIGUSR2)
        time.sleep(chance.uniform(0, chance.choice([PROBATION / 3, PROBATION])))
        there = processes(mark.encode())
        if old in there and len(there) > 1:
            which = chance.choice(["old", "new"])
            os.kill(old if which == "old" else there[-1] if there[-1] != old else there[0], signal.SIGKILL)
            killed[which] += 1
            time.sleep(0.2)
        if load.counts["refused"] + load.counts["late"] > bad:
            print(f"moment {moment}: {dict(load.counts)}; the log: {directory}/log")
    load.end()
    for pid in processes(mark.encode()):
        os.kill(pid, signal.SIGKILL)
    counts = load.counts
    print(f"seed {seed}: {moments} restarts, SIGKILL of the old process {killed['old']}, of the new one {killed['new']}; requests: {counts['answered']} answered, "
          f"{counts['refused']} refused, {counts['late']} not answered in {LIMIT} s, {counts['wrong']} with another status, {counts['lost']} lost with a process "
          f"that had accepted them; slowest {load.worst * 1000:.0f} ms")
    if not served or counts["refused"] + counts["late"] + counts["wrong"]:
        return 1
    shutil.rmtree(directory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
