# SPDX-License-Identifier: MIT
"""What the tests of `bight connect` share: a client, and a peer of our own."""

import contextlib
import os
import signal
import socket
import subprocess
import threading

import serving
from serving import BIGHT


def connect(endpoint, *options, data=b"", **keywords):
    """Runs bight connect to its end: a CompletedProcess with bytes."""
    if "stdin" not in keywords:
        keywords["input"] = data
    keywords.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([BIGHT, "connect", endpoint, *options],
                          stderr=subprocess.PIPE, timeout=60, check=False,
                          **keywords)


class Client:
    """One that runs; a context manager that ends it in any case."""

    def __init__(self, endpoint, *options, stdin=subprocess.PIPE,
                 stdout=subprocess.PIPE, **keywords):
        self.process = subprocess.Popen(
            [BIGHT, "connect", endpoint, *options], stdin=stdin, stdout=stdout,
            stderr=subprocess.PIPE, bufsize=0, **keywords)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout,
                       self.process.stderr):
            if stream is not None:
                stream.close()

    def say(self, data):
        self.process.stdin.write(data)

    def hear(self, size):
        data = b""
        while len(data) < size:
            chunk = self.process.stdout.read(size - len(data))
            if not chunk:
                raise AssertionError(f"it ended: {self.process.stderr.read()}")
            data += chunk
        return data

    def signal(self, signum):
        os.kill(self.process.pid, signum)

    def ends(self, code, seconds=serving.SECONDS):
        """Its end; what it said on stderr."""
        got = self.process.wait(seconds)
        errors = self.process.stderr.read().decode()
        if got != code:
            raise AssertionError(f"exit code {got}, not {code}: {errors}")
        return errors

    def memory(self):
        """The most that it ever had, in bytes."""
        with open(f"/proc/{self.process.pid}/status",
                  encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise KeyError("VmHWM")

    def consumed(self):
        """Bytes that it read and wrote so far, of everything."""
        with open(f"/proc/{self.process.pid}/io", encoding="ascii") as file:
            lines = dict(line.split(": ") for line in file)
        return int(lines["rchar"]), int(lines["wchar"])


class Peer:
    """A listening socket; `talk` gets what connects, on a thread."""

    def __init__(self, talk):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(serving.SECONDS)
        self.port = self.listener.getsockname()[1]
        self.endpoint = f"tcp:127.0.0.1:{self.port}"
        self.failure = None
        self.thread = threading.Thread(target=self.run, args=(talk,))
        self.thread.start()

    def run(self, talk):
        try:
            with self.listener.accept()[0] as peer:
                peer.settimeout(serving.SECONDS)
                talk(peer)
        except BaseException as failure:  # told by whoever waits
            self.failure = failure

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.thread.join()
        self.listener.close()
        if kind is None and self.failure is not None:
            raise self.failure


def free_port():
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def program(*command, port=None, **keywords):
    """Another's server in the foreground, from when it listens on."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT,
                               stdin=keywords.pop("stdin", subprocess.DEVNULL),
                               **keywords)
    try:
        if port is not None:
            serving.wait_until(
                lambda: process.poll() is not None or answers(port),
                f"{command[0]} listens")
            if process.poll() is not None:
                raise AssertionError(process.stdout.read())
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(serving.SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
