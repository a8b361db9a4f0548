"""What the scripts of this directory share: a request that is never sent twice, and the processes of a service."""
import os, re


def request(connection, path="/", keep=False):
    """One request and its whole answer: head and body."""
    closing = b"" if keep else b"Connection: close\r\n"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode() + closing + b"\r\n")
    data = b""
    while True:
        head, end, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if end and (len(body) >= int(length.group(1)) if length else body.endswith(b"0\r\n\r\n")):
            return head, body
        more = connection.recv(65536)
        if not more:
            raise ConnectionResetError("closed before the answer was whole")
        data += more


def processes(mark, name=b""):
    """Those of a service: the mark is in their environment, which a successor inherits; and their name begins so."""
    found = []
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with (open(f"/proc/{entry}/environ", "rb") as environment, open(f"/proc/{entry}/stat") as stat,
                  open(f"/proc/{entry}/comm", "rb") as comm):
                if (mark in environment.read() and stat.read().rsplit(")", 1)[1].split()[0] != "Z"
                        and comm.read().startswith(name)):
                    found.append(int(entry))
        except OSError:
            pass
    return sorted(found)
