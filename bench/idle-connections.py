#!/usr/bin/env python3
"""Idle connections over restarts, with MoveIdleConnections. The service is samples/Hello; figures are in docs/performance.md.

idle-connections.py idle APP CONNECTIONS RESTARTS   idle connections, each of which then sends a request
idle-connections.py blind APP RESTARTS              clients that never look for a close: pauses of 0 to 500 ms, pipelines, bodies
idle-connections.py proxy APP RESTARTS              nginx and HAProxy, which keep connections for longer than IdleGrace

Run it in a network namespace of its own: unshare -n sh -c 'ip link set lo up; exec bench/idle-connections.py ...'
"""
import asyncio, collections, os, random, re, resource, signal, subprocess, sys, tempfile, time

PORT = 18199
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = (b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
           b"5\r\nhello\r\n0\r\n\r\n")
NGINX = """daemon off; worker_processes 1; pid {d}/n.pid; error_log {d}/error.log; user root;
events {{ worker_connections 512; }}
http {{ access_log off; client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f; uwsgi_temp_path {d}/u;
scgi_temp_path {d}/s;
upstream u {{ server 127.0.0.1:{port}; keepalive 64; keepalive_timeout 60s; keepalive_requests 1000000; }}
server {{ listen 127.0.0.1:18301; location / {{ proxy_pass http://u; proxy_http_version 1.1;
proxy_set_header Connection ""; proxy_next_upstream off; }} }} }}
"""
HAPROXY = """global
    maxconn 2000
defaults
    mode http
    retries 0
    timeout connect 10s
    timeout client 60s
    timeout server 60s
    timeout http-keep-alive 60s
frontend f
    bind 127.0.0.1:18302
    default_backend b
backend b
    http-reuse always
    server s 127.0.0.1:{port} pool-purge-delay 1h
"""


def post(size):
    return b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size


def pid_in(answer):
    return int(re.search(rb"(?i)x-pid: (\d+)", answer)[1])


async def receive(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
        return head
    while True:
        size = int((await reader.readline()).strip(), 16)
        await reader.readexactly(size + 2)
        if size == 0:
            return head


class Service:
    def __init__(self, app, **options):
        self.log = tempfile.NamedTemporaryFile(prefix="idle-connections-", suffix=".log", delete=False)
        environment = dict(
            os.environ, ASPNETCORE_URLS=f"http://127.0.0.1:{PORT}", Logging__LogLevel__Microsoft="Warning",
            GracefulRestart__MoveIdleConnections="true", GracefulRestart__Probation="00:00:01")
        environment.update({f"GracefulRestart__{name}": value for name, value in options.items()})
        self.pid = subprocess.Popen([app], env=environment, stdout=self.log, stderr=self.log).pid

    async def ready(self):
        for _ in range(600):
            try:
                (await asyncio.open_connection("127.0.0.1", PORT))[1].close()
                return
            except OSError:
                await asyncio.sleep(0.05)

    async def restart(self):
        """Returns when a successor answers and the predecessor is gone: how long each took."""
        old, begun = self.pid, time.time()
        os.kill(old, signal.SIGUSR2)
        while self.pid == old:
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            self.pid = pid_in(await receive(reader))
            writer.close()
            await asyncio.sleep(0.02)
        served = time.time()
        while self.lives(old) and time.time() - served < 90:
            await asyncio.sleep(0.02)
        drained = re.search(rf"Process {old} drained in (\d+) ms", open(self.log.name).read())
        print(f"{old} -> {self.pid}: served after {served - begun:.2f} s, drained in {drained and drained[1]} ms, "
              f"gone {time.time() - served:.2f} s later", flush=True)

    @staticmethod
    def lives(pid):
        try:
            return open(f"/proc/{pid}/stat").read().split(")")[1].split()[0] != "Z"
        except OSError:
            return False

    async def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        while self.lives(self.pid):
            await asyncio.sleep(0.05)


async def idle(app, connections, restarts):
    service = Service(app)
    await service.ready()
    kept, failed, ended = [], 0, 0

    async def ask(reader, writer):
        writer.write(GET)
        return await asyncio.wait_for(receive(reader), 30)

    for begun in range(0, connections, 200):
        some = [await asyncio.open_connection("127.0.0.1", PORT) for _ in range(min(200, connections - begun))]
        await asyncio.gather(*[ask(*c) for c in some])
        kept += some
    for _ in range(restarts):
        await service.restart()
        answers = await asyncio.gather(*[ask(*c) for c in kept], return_exceptions=True)
        failed += sum(isinstance(a, BaseException) or pid_in(a) != service.pid for a in answers)
        ended += sum(not isinstance(a, BaseException) and b"connection: close" in a.lower() for a in answers)
    print(f"{connections} connections, {restarts} restarts: {failed} failed, {ended} told to close")
    await service.stop()


async def blind(app, restarts):
    service = Service(app)
    await service.ready()
    answered, failed, opened, over = collections.Counter(), collections.Counter(), collections.Counter(), False

    async def client(kind, pause, request, burst=1):
        writer = None
        while not over:
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
                    opened[kind] += 1
                writer.write(request * burst)
                heads = [await asyncio.wait_for(receive(reader), 30) for _ in range(burst)]
                answered[kind] += sum(b"200 OK" in head for head in heads)
                closes = any(b"connection: close" in head.lower() for head in heads)
            except Exception as e:
                failed[kind, repr(e)[:60]] += 1
                closes = True
            if closes and writer:
                writer.close()
                writer = None
            await asyncio.sleep(pause)

    clients = [client(f"pause {ms} ms", ms / 1000, GET) for ms in (0, 5, 50, 500) for _ in range(16 if ms else 4)]
    clients += [client("10 ahead", 0.02, GET, 10) for _ in range(6)] + [client("4 posts ahead", 0.01, post(3000), 4) for _ in range(4)]
    clients += [client("post", 0.03, post(20000)) for _ in range(4)] + [client("chunked", 0.03, CHUNKED) for _ in range(4)]
    running = [asyncio.create_task(c) for c in clients]
    await asyncio.sleep(2)
    before = dict(opened)
    for _ in range(restarts):
        await service.restart()
    over = True
    await asyncio.gather(*running)
    for kind, count in answered.items():
        print(f"{kind:16} {count:8} answered, {opened[kind] - before[kind]} opened anew")
    print(f"{restarts} restarts: {sum(failed.values())} failed {dict(failed)}")
    await service.stop()


async def proxy(app, restarts):
    directory = tempfile.mkdtemp()
    os.chmod(directory, 0o755)
    for name, text in (("nginx.conf", NGINX), ("haproxy.cfg", HAPROXY)):
        open(f"{directory}/{name}", "w").write(text.format(d=directory, port=PORT))
    service = Service(app, IdleGrace="00:00:01")
    await service.ready()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    proxies = [subprocess.Popen(["nginx", "-c", f"{directory}/nginx.conf"], **silent),
               subprocess.Popen(["haproxy", "-f", f"{directory}/haproxy.cfg"], **silent)]
    answered, failed, over = collections.Counter(), collections.Counter(), False

    async def ask(name, port, request):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            (answered if answer.startswith(b"HTTP/1.1 200") else failed)[name] += 1
        except Exception as e:
            failed[name, repr(e)[:60]] += 1

    async def bursts(name, port):
        slow = GET.replace(b"GET /", b"GET /sleep?ms=20", 1)
        while not over:
            await asyncio.gather(*[ask(name, port, post(5) if i % 2 else slow) for i in range(50)])
            await asyncio.sleep(random.choice([0.3, random.uniform(0.95, 1.55)]))

    await asyncio.sleep(2)
    running = [asyncio.create_task(bursts("nginx", 18301)), asyncio.create_task(bursts("haproxy", 18302))]
    for _ in range(restarts):
        await service.restart()
        await asyncio.sleep(1)
    over = True
    await asyncio.gather(*running)
    errors = open(f"{directory}/error.log").read().splitlines()
    print(f"{restarts} restarts: {dict(answered)} answered, {dict(failed)} failed, nginx's error log: {errors[:3]}")
    for process in proxies:
        process.terminate()
    await service.stop()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
what, program, *numbers = sys.argv[1:]
asyncio.run({"idle": idle, "blind": blind, "proxy": proxy}[what](program, *map(int, numbers)))
