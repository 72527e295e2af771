# SPDX-License-Identifier: MIT
"""What the tests of `bight serve` share: a server, its peers, waiting."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

BIGHT = os.environ.get("BIGHT", "build/bight")
SANITIZED = bool(os.environ.get("BIGHT_SANITIZE"))
SECONDS = 20  # for what should take none


def wait_until(condition, what, seconds=SECONDS):
    """Polls until the condition gives something true, and returns that."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def run(*arguments, **keywords):
    """Runs bight to its end: a CompletedProcess with text. That a busy machine
    made a callback slow is no part of it."""
    result = subprocess.run([BIGHT, *arguments], capture_output=True,
                            text=True, timeout=SECONDS, check=False,
                            **keywords)
    result.stderr = re.sub(r"(?m)^[0-9:.]+ warning slow_callback .*\n", "",
                           result.stderr)
    return result


def told(text):
    """The lines of complaints; a hint that goes on below itself is one."""
    lines = []
    for line in text.splitlines():
        if lines and lines[-1].lstrip().startswith("^") and \
                line.startswith("    ") and not line.lstrip().startswith("^"):
            if len(line) >= 80:
                raise AssertionError("too wide: " + line)
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return lines


class Server:
    """`bight serve`, from its first listening line on; a context manager that
    stops it with SIGTERM, and expects 0."""

    def __init__(self, name, *listen, options=(), before=None, sockets=1,
                 **keywords):
        self.errors = tempfile.TemporaryFile()
        words = [word for at in listen for word in ("--listen", at)]
        self.process = subprocess.Popen(
            [BIGHT, "serve", name, *words, "--json", *options],
            stdout=subprocess.PIPE, stderr=self.errors, preexec_fn=before,
            **keywords)
        self.pid = self.process.pid
        self.pending = b""
        self.events = []
        self.ended = False
        try:
            self.listening = [self.event() for _ in range(sockets)]
        except BaseException:
            self.kill()
            raise
        self.port = self.listening[0].get("port", 0)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None and not self.ended:
            self.stop()
            self.expect(0)
        self.kill()
        if kind is not None:
            sys.stderr.write(self.log())
        self.errors.close()

    def event(self, seconds=SECONDS):
        """The next line of stdout, as JSON."""
        deadline = time.monotonic() + seconds
        stdout = self.process.stdout.fileno()
        while b"\n" not in self.pending:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stdout], [], [], left)[0]:
                raise AssertionError("no event: " + self.log())
            chunk = os.read(stdout, 65536)
            if not chunk:
                raise AssertionError("it ended: " + self.log())
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        return json.loads(line)

    def log(self):
        """All of stderr so far."""
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode("utf-8")

    def logged(self, pattern, seconds=SECONDS):
        """Waits for a line on stderr; its match."""
        expression = re.compile(pattern, re.M)
        return wait_until(lambda: expression.search(self.log()),
                          f"/{pattern}/ in:\n{self.log()}", seconds)

    def stop(self, signum=signal.SIGTERM):
        os.kill(self.pid, signum)

    def expect(self, code, seconds=SECONDS):
        self.ended = True
        got = self.process.wait(seconds)
        if got != code:
            raise AssertionError(f"exit code {got}, not {code}: {self.log()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def status(self, key):
        """A number of /proc/PID/status, in bytes."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1]) * 1024
        raise KeyError(key)

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def connect(self, index=0, **keywords):
        return connect(self.listening[index]["url"], **keywords)


def connect(url, receive_buffer=0):
    """A blocking socket with a timeout, connected to the URL."""
    kind, rest = url.split(":", 1)
    if kind == "unix":
        family, address = socket.AF_UNIX, rest
    else:
        host, port = rest[2:].rstrip("/").rsplit(":", 1)
        family = socket.AF_INET6 if host[0] == "[" else socket.AF_INET
        address = (host.strip("[]"), int(port))
    peer = socket.socket(family)
    peer.settimeout(SECONDS)
    if receive_buffer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    peer.connect(address)
    return peer


def read_exactly(peer, size):
    data = bytearray()
    while len(data) < size:
        chunk = peer.recv(min(size - len(data), 1 << 20))
        if not chunk:
            raise AssertionError(f"eof after {len(data)} of {size} bytes")
        data += chunk
    return bytes(data)


def read_to_eof(peer):
    data = bytearray()
    while chunk := peer.recv(1 << 20):
        data += chunk
    return bytes(data)


def reset(peer):
    """Closes with a reset."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    b"\1\0\0\0\0\0\0\0")
    peer.close()


def assert_echoes(peer, data=b"hello\n"):
    """More than the wires hold needs somebody who writes while we read."""
    writer = threading.Thread(target=peer.sendall, args=(data,))
    writer.start()
    got = read_exactly(peer, len(data))
    writer.join()
    if got != data:
        raise AssertionError(f"sent {data[:80]!r}, got {got[:80]!r}")


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def chargen(size):
    """The first bytes of RFC 864's pattern."""
    ring = bytes(range(32, 127)) * 2
    lines = [ring[i:i + 72] + b"\r\n" for i in range(95)]
    cycle = b"".join(lines)
    return (cycle * (size // len(cycle) + 1))[:size]


@contextlib.contextmanager
def folder():
    """A folder of our own; its path is short enough for a socket's."""
    with tempfile.TemporaryDirectory(prefix="bight-", dir="/tmp") as path:
        yield path
