#!/usr/bin/env python3
"""How long a client waits at a restart: a plain service, one whose exclusive service stops at once, and one with small state.

bench/exclusive-pause.py TESTSERVICE [PAIRS]: all run side by side and are restarted in turn; a client asks each anew without a
pause, and the longest answer of each restart counts."""
import os, signal, socket, statistics, subprocess, sys, tempfile, time

program, pairs = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 30


def start(name, port, work, *arguments):
    environment = dict(os.environ, GracefulRestart__Control__Directory=f"{work}/control", GracefulRestart__Name=name,
                       GracefulRestart__PidFile=f"{work}/{name}.pid", GracefulRestart__Probation="0", DOTNET_EnableDiagnostics="0")
    log = open(f"{work}/{name}.log", "w")
    subprocess.Popen([program, "--urls", f"http://127.0.0.1:{port}", *arguments], env=environment, cwd=work, stdout=log, stderr=log)


def ask(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while client.recv(4096):
            pass


def pid(name, work):
    try:
        return int(open(f"{work}/{name}.pid").read())
    except (FileNotFoundError, ValueError):
        return 0


def restart(name, port, work):
    old = pid(name, work)
    os.kill(old, signal.SIGUSR2)
    longest, after = 0.0, None
    while after is None or time.monotonic() - after < 0.3:
        begun = time.monotonic()
        ask(port)
        longest = max(longest, time.monotonic() - begun)
        if after is None and pid(name, work) not in (0, old):
            after = time.monotonic()
    return longest * 1000


def summary(values):
    ordered = sorted(values)
    return f"median {statistics.median(ordered):.1f} ms, p99 {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.1f} ms"


with tempfile.TemporaryDirectory() as work:
    services = {"none": (8451, []), "exclusive": (8452, ["--Ticks", f"{work}/ticks"]),
                "state": (8453, ["--State", "true"])}
    try:
        for name, (port, arguments) in services.items():
            start(name, port, work, *arguments)
        for name, (port, _) in services.items():
            while pid(name, work) == 0:
                time.sleep(0.05)
            restart(name, port, work)
        times = {name: [] for name in services}
        for _ in range(pairs):
            for name, (port, _) in services.items():
                times[name].append(restart(name, port, work))
                time.sleep(0.3)
        for name in services:
            print(f"{name}: {summary(times[name])} of {pairs}")
        for name in list(services)[1:]:
            difference = statistics.median(b - a for a, b in zip(times['none'], times[name]))
            print(f"{name}: difference of the pairs: median {difference:+.1f} ms")
    finally:
        for name in services:
            if pid(name, work):
                os.kill(pid(name, work), signal.SIGKILL)
