#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The forwarding benchmark: portforward beside haproxy in TCP mode.

Both forward to the same echo server, and both copy: haproxy has one thread, no
splicing, and for each size of message the buffers with which it does best. Its
CPU and portforward's are compared pair by pair.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

import gates
import report
from measure import Bench, Cell, parse_strace, slope, with_tool
from processes import BenchError, cpu_ns, load, pinned, server
from runner import (
    find,
    find_cores,
    leave,
    limit_time,
    make_parser,
    parse,
    show,
)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
NAMES = ("bight", "haproxy")
MOST = 1.1  # portforward's CPU over haproxy's
FAR_OFF = 1.6  # beyond which even a quick run fails
ROUNDS, QUICK_ROUNDS = 11, 3
MORE_ROUNDS = 2  # times as many, where a gate fails
SECONDS, QUICK_SECONDS = 0.5, 0.15
LIMIT, QUICK_LIMIT = 900, 120  # seconds until the runner gives up
CELLS = (
    Cell("1K@1", 1024, 1),
    Cell("1K@10", 1024, 10),
    Cell("1K@100", 1024, 100),
    Cell("64K@1", 65536, 1),
    Cell("64K@10", 65536, 10),
)
SMALL_BUFFER, LARGE_BUFFER = 16384, 262144  # haproxy's default, and bight's
HAPROXY = """\
global
    nbthread 1
    maxconn 2000
    nosplice
    tune.bufsize {buffer}
defaults
    mode tcp
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend front
    bind fd@{fd}
    default_backend back
backend back
    no option splice-auto
    server echo 127.0.0.1:{port}
"""


def parse_arguments():
    cells = tuple(cell.name for cell in CELLS)
    quick = "about a minute: fewer rounds, a gate fails only if far off"
    return parse(make_parser(__doc__, quick, cells), cells)


class Haproxy:
    """haproxy on a socket that it inherits, so that its port is known."""

    def __init__(self, program, target, cell, core, tool=()):
        self.errors = tempfile.TemporaryFile()
        self.config = tempfile.NamedTemporaryFile("w", suffix=".cfg")
        with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
            fd = listening.fileno()
            self.port = listening.getsockname()[1]
            buffer = SMALL_BUFFER if cell.size <= 1024 else LARGE_BUFFER
            text = HAPROXY.format(fd=fd, port=target, buffer=buffer)
            self.config.write(text)
            self.config.flush()
            with pinned(core):
                self.process = subprocess.Popen(
                    [*tool, program, "-db", "-f", self.config.name],
                    pass_fds=[fd],
                    stdout=self.errors,
                    stderr=self.errors,
                )

    def find_pid(self):
        """haproxy's own, also below a tool."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            children = file.read().split()
        return int(children[0]) if children else self.process.pid

    def stop(self):
        """Its way of ending by a signal is 130 or 143."""
        os.kill(self.find_pid(), signal.SIGTERM)
        if self.process.wait(30) not in (0, 130, 143, -signal.SIGTERM):
            self.errors.seek(0)
            raise BenchError(self.errors.read()[-2000:].decode())

    def destroy(self):
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):
                os.kill(self.find_pid(), signal.SIGKILL)
            self.process.kill()
            self.process.wait()
        self.errors.close()
        self.config.close()


@contextlib.contextmanager
def forwarder(programs, name, target, cell, core, tool=()):
    """One of the two, before the echo server; gives its port and pid."""
    if name == "bight":
        options = f"serve portforward --listen tcp:127.0.0.1:0 --json --quiet \
            --to tcp:127.0.0.1:{target}"
        argv = [*tool, programs[name], *options.split()]
        with server(argv, core) as child:
            yield child.port, child.pid
        return
    child = Haproxy(programs[name], target, cell, core, tool)
    try:
        yield child.port, child.find_pid() if tool else child.process.pid
        child.stop()
    finally:
        child.destroy()


def one_time(bench, programs, name, cell, target):
    """One round: a fresh forwarder, warmed up, then measured."""
    core, other = bench.cores
    with forwarder(programs, name, target, cell, core) as (port, pid):
        with load(bench.load, port, cell, "--hold", core=other) as client:
            client.line(60)
            client.tell(f"time {bench.seconds / 4}\n")
            client.line(60)
            before = cpu_ns(pid)
            client.tell(f"time {bench.seconds}\n")
            result = client.line(60)
            used = cpu_ns(pid) - before
            client.wait()
    result["cpu_us"] = used / 1000 / result["messages"]
    result["cpu_ns_per_byte"] = used / (2 * result["bytes"])
    return result


def ratio(rounds):
    pairs = zip(rounds["bight"], rounds["haproxy"])
    return statistics.median(a["cpu_us"] / b["cpu_us"] for a, b in pairs)


def time_cell(bench, programs, cell, target, quick):
    """The two take turns, and take turns to begin; where the gate fails there
    are up to twice as many rounds again, which forgive a disturbed machine."""
    rounds = {name: [] for name in NAMES}
    for _ in range(1 if quick else 1 + MORE_ROUNDS):
        for turn in range(bench.rounds):
            for name in NAMES if turn % 2 == 0 else reversed(NAMES):
                one = one_time(bench, programs, name, cell, target)
                rounds[name].append(one)
        if ratio(rounds) <= MOST:
            break
    return rounds


def system_calls(bench, programs, name, cell, target):
    def total(messages):
        with tempfile.NamedTemporaryFile("r") as out:
            tool = ["strace", "-f", "-c", "-o", out.name]
            with forwarder(
                programs, name, target, cell, None, tool
            ) as (port, _):
                count = f"--messages={messages}"
                with load(bench.load, port, cell, count) as client:
                    client.line(120)
                    client.wait()
            return parse_strace(out.read())

    return slope(cell, total)


def cell_gates(cell, entry, quick):
    value = ratio(entry["rounds"])
    label = "CPU of bight/haproxy"
    found = gates.gate(cell.name, label, value, "<=", MOST)
    if quick and found["verdict"] == "fail" and value <= FAR_OFF:
        found["verdict"] = "info"
    yield found
    if cell.size > 1024:
        return  # how a stream of so much is cut is the kernel's affair
    calls = entry["calls"]["bight"] or {}
    for name, limit in (("recv", 2), ("send", 2), ("epoll_ctl", 0), ("other", 0)):
        label = f"{name} per message, there and back"
        yield gates.gate(cell.name, label, calls.get(name), "=", limit)


def measure(bench, programs, cells, quick):
    entries = {}
    echo = [programs["bight"], *"serve echo --listen tcp:127.0.0.1:0".split(),
            "--json", "--quiet"]
    with server(echo, bench.cores[1]) as target:
        for cell in cells:
            rounds = time_cell(bench, programs, cell, target.port, quick)
            calls = {}
            for name in NAMES if cell.size <= 1024 else ():
                calls[name] = with_tool(bench, "strace", system_calls,
                                        programs, name, cell, target.port)
            entries[cell.name] = {"rounds": rounds, "calls": calls}
    return entries


def cell_lines(name, entry):
    yield f"{name}: there and back"
    for who, rounds in entry["rounds"].items():
        used = [one["cpu_us"] for one in rounds]
        per_byte = statistics.median(one["cpu_ns_per_byte"] for one in rounds)
        rate = statistics.median(one["rate"] for one in rounds)
        yield (
            f"  {who:<10}CPU us/message: best {min(used):.2f}, median "
            f"{statistics.median(used):.2f}, ns/byte {per_byte:.3f}, "
            f"{rate:.0f}/s   " + " ".join(f"{value:.2f}" for value in used)
        )
    for who, calls in entry["calls"].items():
        if calls:
            parts = (f"{key} {value:.3f}" for key, value in calls.items())
            yield f"  {who:<10}calls: " + ", ".join(parts)
    yield ""


def text(results):
    lines = []
    for name, entry in results["cells"].items():
        lines += cell_lines(name, entry)
    lines += ["gates", *report.gate_lines(results["gates"])]
    lines += [f"note: {note}" for note in results["notes"]]
    return "\n".join([*lines, f"{results['seconds']:.0f} s"])


def choose(only):
    return [cell for cell in CELLS if not only or cell.name in only]


def make_bench(arguments):
    build = os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build")
    folder = arguments.bench_dir or f"{build}/tests/bench"
    find([f"{folder}/bench_load"], "bench_load")
    notes = []
    return Bench(
        programs=folder,
        servers={},
        cores=find_cores(arguments.cores, notes),
        rounds=arguments.rounds
        or (QUICK_ROUNDS if arguments.quick else ROUNDS),
        seconds=QUICK_SECONDS if arguments.quick else SECONDS,
        notes=notes,
    )


def find_programs(arguments):
    default = os.environ.get("BIGHT", f"{ROOT}/build/bight")
    haproxy = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    return {
        "bight": find([arguments.bight or default], "bight"),
        "haproxy": find([haproxy or "haproxy"], "haproxy"),
    }


def main():
    arguments = parse_arguments()
    bench, programs = make_bench(arguments), find_programs(arguments)
    cells = choose(arguments.only)
    limit_time(QUICK_LIMIT if arguments.quick else LIMIT)
    begin = time.monotonic()
    try:
        entries = measure(bench, programs, cells, arguments.quick)
    except BenchError as error:
        leave(1, error)
    found = [
        gate
        for cell in cells
        for gate in cell_gates(cell, entries[cell.name], arguments.quick)
    ]
    found = {"programs": programs, "cells": entries, "gates": found}
    return show("forward", arguments, bench, begin, found, text)


if __name__ == "__main__":
    sys.exit(main())
