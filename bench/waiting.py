#!/usr/bin/env python3
"""What the old process costs while a release waits to be confirmed, and how soon it answers again.

bench/waiting.py FAULTYHELLO BATON [SECONDS]

As bench/bad-releases.py. The service gets load for ten seconds, is restarted with --confirm-within, waits for SECONDS (60 if not
given), and is rolled back. Printed are the resident memory of the old process while it served and while it waited, its share of a core
while it waited, and the time from the roll back until it has answered over a new connection.
"""
import importlib.util, os, subprocess, sys, threading, time

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("releases", f"{here}/bad-releases.py")
releases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(releases)


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def processor(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    service = releases.Service(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 60
    mark = service.mark.encode()
    old = releases.settled(service.port, mark)
    if old is None:
        print(f"The service does not answer; its log: {service.directory}/log", file=sys.stderr)
        return 2
    load = releases.Load(service.port)
    time.sleep(10)
    serving = memory(old)
    subprocess.run([service.baton, "restart", "FaultyHello", "--quiet", "--confirm-within", "2h"], env=service.environment, check=True)
    time.sleep(15)
    begun, used = time.time(), processor(old)
    time.sleep(seconds)
    waiting, share = memory(old), (processor(old) - used) / (time.time() - begun)
    load.end()
    load = releases.Load(service.port)
    time.sleep(1)
    asked = time.time()
    subprocess.run([service.baton, "rollback", "FaultyHello", "--quiet"], env=service.environment, check=True)
    told = time.time()
    time.sleep(2)
    load.end()
    service.end()
    answered = load.first(old, asked)
    print(f"the old process: {serving:.0f} MB while it served, {waiting:.0f} MB ({100 * waiting / serving:.0f} %) while it waited for {seconds:.0f} s, with {100 * share:.2f} % of a core; "
          f"its first answer {(answered - asked) * 1000:.0f} ms after `baton rollback` was called, which took {(told - asked) * 1000:.0f} ms; "
          f"{load.counts['refused'] + load.counts['late'] + load.counts['lost']} requests failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
