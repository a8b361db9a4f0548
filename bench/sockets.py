#!/usr/bin/env python3
"""sockets.py tcp|udp PROGRAM [RESTARTS] [RATE]: restarts samples/TcpEcho or samples/UdpEcho under load and counts what went wrong.

tcp: 100 connections that live through all restarts and 100 that are closed and opened anew; each says a line every 100 ms.
udp: RATE datagrams a second (2000). Ends with code 1 if anything was lost, refused, answered twice or by the wrong process.
"""
import asyncio, os, random, signal, socket, subprocess, sys, threading, time

kind, program = sys.argv[1], sys.argv[2]
restarts = int(sys.argv[3]) if len(sys.argv) > 3 else 50
rate = int(sys.argv[4]) if len(sys.argv) > 4 else 2000
with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
address = ("127.0.0.1", port)


def start():
    log = open(f"/tmp/sockets-{kind}.log", "w")
    return subprocess.Popen([program, "--port", str(port)], stdout=log, stderr=log)



async def tcp():
    faults, pids, connections = [], [], 0
    going = True

    async def ask(reader, writer, number):
        writer.write(f"{number}\n".encode())
        line = await reader.readline()
        pid, text = line.split()
        assert int(text) == number, line
        return int(pid)

    async def live(lasting):
        nonlocal connections
        while going:
            try:
                reader, writer = await asyncio.open_connection(*address)
                connections += 1
                mine, until = None, float("inf") if lasting else time.monotonic() + random.uniform(0.5, 3)
                number = 0
                while going and time.monotonic() < until:
                    number += 1
                    pid = await ask(reader, writer, number)
                    mine = mine or pid
                    if pid != mine:
                        faults.append(f"a connection of {mine} was answered by {pid}")
                    await asyncio.sleep(0.1)
                writer.close()
            except (OSError, ValueError, AssertionError) as e:
                faults.append(repr(e))
                return

    async def serving():
        reader, writer = await asyncio.open_connection(*address)
        pid = await ask(reader, writer, 0)
        writer.close()
        return pid

    first = start()
    while True:
        try:
            pids.append(await serving())
            break
        except OSError:
            await asyncio.sleep(0.05)
    clients = [asyncio.create_task(live(i < 100)) for i in range(200)]
    begun = time.monotonic()
    await asyncio.sleep(1)
    for _ in range(restarts):
        os.kill(pids[-1], signal.SIGUSR2)
        while (now := await serving()) == pids[-1]:
            await asyncio.sleep(0.05)
        if now in pids:
            faults.append(f"{now} serves again")
        pids.append(now)
    elapsed = time.monotonic() - begun
    going = False
    await asyncio.gather(*clients)
    os.kill(pids[-1], signal.SIGTERM)
    print(f"tcp: {restarts} restarts in {elapsed:.0f} s, {connections} connections, 200 at a time: {len(faults)} faults")
    return faults, first


def udp():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    sock.settimeout(0.5)
    answers, pids, sent, going = {}, [], 0, True

    def receive():
        while True:
            try:
                pid, number = sock.recv(100).split()
            except TimeoutError:
                if not going:
                    return
                continue
            except ConnectionRefusedError:
                continue
            answers.setdefault(int(number), []).append(int(pid))
            if not pids or pids[-1] != int(pid):
                pids.append(int(pid))

    first = start()
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.settimeout(0.1)
    while True:
        try:
            probe.sendto(b"x", address)
            probe.recv(100)
            break
        except OSError:
            pass
    receiver = threading.Thread(target=receive)
    receiver.start()

    def send():
        nonlocal sent
        begun = time.monotonic()
        while going:
            due = int((time.monotonic() - begun) * rate)
            while sent < due:
                sock.sendto(str(sent).encode(), address)
                sent += 1
            time.sleep(0.001)

    sender = threading.Thread(target=send)
    sender.start()
    begun = time.monotonic()
    time.sleep(1)
    for _ in range(restarts):
        before = pids[-1]
        os.kill(before, signal.SIGUSR2)
        while pids[-1] == before:
            time.sleep(0.02)
    time.sleep(1)
    elapsed = time.monotonic() - begun
    going = False
    sender.join()
    receiver.join()
    os.kill(pids[-1], signal.SIGTERM)
    lost = sent - len(answers)
    twice = sum(len(a) > 1 for a in answers.values())
    print(f"udp: {restarts} restarts in {elapsed:.0f} s, {sent} datagrams, {len(set(pids))} processes: "
          f"{lost} lost, {twice} answered twice")
    return (["lost or twice"] if lost or twice else []), first


faults, first = asyncio.run(tcp()) if kind == "tcp" else udp()
for fault in faults[:10]:
    print(fault)
first.wait(30)
sys.exit(1 if faults else 0)
