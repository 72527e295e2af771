#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers and loads as bounded child processes, one core each."""

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile
import time

START_SECONDS = 60
END_SECONDS = 30


class BenchError(Exception):
    """A child did not do what it was started for."""


@contextlib.contextmanager
def pinned(core):
    """Whatever is started inside inherits the core; None leaves it free."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Child:
    """A process whose stdout is read line by line, with a deadline."""

    def __init__(self, argv, core=None, env=None):
        self.argv = argv
        self.pending = b""
        self.errors = tempfile.TemporaryFile()
        with pinned(core):
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                bufsize=0,
                env={**os.environ, **(env or {})},
            )

    def fail(self, what):
        self.errors.seek(0)
        tail = self.errors.read()[-2000:].decode("utf-8", "replace").strip()
        command = " ".join(self.argv)
        raise BenchError(f"{command}: {what}" + (f"\n{tail}" if tail else ""))

    def line(self, seconds):
        """The next line of stdout, as JSON."""
        deadline = time.monotonic() + seconds
        fd = self.process.stdout.fileno()
        while b"\n" not in self.pending:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                self.fail(f"no line within {seconds:g} s")
            chunk = os.read(fd, 65536)
            if not chunk:
                self.fail("ended early")
            self.pending += chunk
        line, self.pending = self.pending.split(b"\n", 1)
        try:
            return json.loads(line)
        except ValueError:
            self.fail(f"not a line of JSON: {line[:200]!r}")

    def tell(self, text):
        self.process.stdin.write(text.encode())

    def wait(self, seconds=END_SECONDS):
        """Waits for a clean end."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.fail(f"still runs {seconds:g} s after it should have ended")
        if code != 0:
            self.fail(f"exit code {code}")

    def destroy(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.errors):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


@contextlib.contextmanager
def server(argv, core=None, env=None):
    """A listening server; has to end with 0 on SIGTERM when the block is left.

    `argv` may run it under strace or valgrind: the signals go to the pid that
    the listening line names, the end is that of the outermost process.
    """
    child = Child(argv, core, env)
    pid = None
    try:
        listening = child.line(START_SECONDS)
        if listening.get("event") != "listening":
            child.fail(f"first line is {listening}")
        pid, child.port = listening["pid"], listening["port"]
        child.pid = pid
        yield child
        if child.process.poll() is not None:
            child.fail("ended before SIGTERM")
        os.kill(pid, signal.SIGTERM)
        child.wait()
    finally:
        # The child's zombie keeps the pid from being anyone else's; below a
        # tracer it is the tracer that has not been waited for yet.
        if pid is not None and child.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        child.destroy()


@contextlib.contextmanager
def load(program, port, cell, *options, core=None):
    """A load for `cell`, to be waited for by the caller."""
    argv = [
        program,
        f"--connect=127.0.0.1:{port}",
        f"--mode={cell.mode}",
        f"--request={cell.request}" if cell.request else f"--size={cell.size}",
        f"--connections={cell.connections}",
        f"--depth={cell.depth}",
        f"--max-seconds={START_SECONDS * 2}",
        *options,
    ]
    child = Child(argv, core)
    try:
        yield child
    finally:
        child.destroy()


def cpu_ns(pid):
    """Time on a CPU of all threads of a process, to the nanosecond."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total


def memory(pid):
    """Resident bytes of a process: all of them, and its own pages.

    smaps_rollup walks the page tables; the counters behind VmRSS may be off
    by some hundred KiB, which would be tens of bytes per connection.
    """
    names = {"Rss:": "rss", "Anonymous:": "anonymous"}
    found = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            words = line.split()
            if words[0] in names:
                found[names[words[0]]] = int(words[1]) * 1024
    return found
