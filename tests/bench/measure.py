#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What one server does in one cell: times, counts, memory."""

import json
import os
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass, field, replace

from processes import BenchError, cpu_ns, load, memory, server

READS = {"read", "readv", "recvfrom", "recvmsg", "recvmmsg"}
WRITES = {"write", "writev", "sendto", "sendmsg", "sendmmsg"}
WAITS = {"epoll_wait", "epoll_pwait", "epoll_pwait2"}
CLASSES = ("recv", "send", "epoll_ctl", "epoll_wait", "other")
IDLE_CONNECTIONS = 10000
MORE_ROUNDS = 2  # times as many, where a time fails


@dataclass(frozen=True)
class Cell:
    name: str
    size: int
    connections: int
    depth: int = 1
    mode: str = "echo"
    request: str = ""  # instead of `size` bytes to be echoed


@dataclass
class Bench:
    """Where everything is and how long it takes."""

    programs: str  # directory of the baselines
    servers: dict  # name -> command, with {listen} in it
    cores: tuple
    rounds: int
    seconds: float
    notes: list = field(default_factory=list)

    @property
    def load(self):
        return os.path.join(self.programs, "bench_load")

    def command(self, name):
        listen = "127.0.0.1:0"
        return [part.replace("{listen}", listen) for part in self.servers[name]]


def one_time(bench, name, cell):
    """One round of one server: a fresh process, warmed up, then measured."""
    with server(bench.command(name), bench.cores[0]) as target:
        options = dict(core=bench.cores[1])
        with load(bench.load, target.port, cell, "--hold", **options) as client:
            client.line(60)
            client.tell(f"time {bench.seconds / 4}\n")
            client.line(60)
            before = cpu_ns(target.pid)
            client.tell(f"time {bench.seconds}\n")
            result = client.line(60)
            used = cpu_ns(target.pid) - before
            client.wait()
    result["cpu_us"] = used / 1000 / result["messages"]
    return result


def times(bench, cell, step):
    """All rounds of a cell. The servers take turns within each round, and
    each round begins with another one: a slow minute hits them all."""
    results = {name: [] for name in bench.servers}
    names = list(bench.servers)
    for turn in range(bench.rounds):
        step(f"{cell.name} round {turn + 1}/{bench.rounds}")
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            results[name].append(one_time(bench, name, cell))
    return results


def time_cell(bench, cell, quick, judge, step):
    """The rounds of a cell; where a gate fails, up to twice as many again.

    The median over all of them forgives a disturbed machine, and does not
    forgive a slower bight.
    """
    servers = {
        name: {
            "rounds": [],
            "calls": None,
            "allocations": None,
            "instructions": None,
        }
        for name in bench.servers
    }
    entry = {"cell": asdict(cell), "servers": servers}
    for _ in range(1 if quick else 1 + MORE_ROUNDS):
        for name, rounds in times(bench, cell, step).items():
            servers[name]["rounds"] += rounds
        found = judge(cell.name, entry, quick)
        if all(one["verdict"] == "pass" for one in found):
            break
    return entry


def counted(bench, argv, cell, messages, env=None):
    """Runs a server, plain or under a tool, for exactly so many messages."""
    with server(argv, None, env) as target:
        count = f"--messages={messages}"
        with load(bench.load, target.port, cell, count) as client:
            if client.line(120)["messages"] != messages:
                client.fail("did not send what it was asked to")
            client.wait()


def slope(cell, total):
    """Per-message differences between a short and a long run, by which start,
    connecting, the first messages and the end cancel out."""
    short = max(200, 2 * cell.connections) * cell.depth
    more = max(3000, 5 * cell.connections) * cell.depth
    first, second = total(short), total(short + more)
    return {key: (second[key] - first[key]) / more for key in second}


def parse_strace(text):
    totals = dict.fromkeys(CLASSES, 0)
    for line in text.splitlines():
        words = line.split()
        if len(words) < 5 or not words[3].isdigit() or words[-1] == "total":
            continue
        name, calls = words[-1], int(words[3])
        if name in READS:
            totals["recv"] += calls
        elif name in WRITES:
            totals["send"] += calls
        elif name in WAITS:
            totals["epoll_wait"] += calls
        elif name == "epoll_ctl":
            totals["epoll_ctl"] += calls
        else:
            totals["other"] += calls
    if not totals["recv"]:
        raise BenchError(f"strace counted no reads:\n{text}")
    return totals


def system_calls(bench, name, cell):
    def total(messages):
        with tempfile.NamedTemporaryFile("r") as out:
            tool = ["strace", "-f", "-c", "-o", out.name]
            counted(bench, tool + bench.command(name), cell, messages)
            return parse_strace(out.read())

    return slope(cell, total)


def allocations(bench, name, cell):
    library = os.path.join(bench.programs, "bench_alloc_count.so")

    def total(messages):
        with tempfile.NamedTemporaryFile("r") as out:
            env = {"LD_PRELOAD": library, "BENCH_ALLOC_FILE": out.name}
            counted(bench, bench.command(name), cell, messages, env)
            found = json.load(out)
        if not found["total"]:
            raise BenchError(f"{name}: no allocation was seen, not even at first")
        return found

    return slope(cell, total)["total"]


def parse_callgrind(text):
    """Instructions of the whole run, and calls of epoll_wait and its kin.

    A function's name is written out once, later references are its number:
    `cfn=(12) epoll_pwait`, then `cfn=(12)`; `calls=` follows its cfn.
    """
    summary = re.search(r"^(?:summary|totals): (\d+)", text, re.M)
    if not summary:
        raise BenchError("callgrind's file has no total")
    names = r"^c?fn=\((\d+)\) epoll_p?wait2?(?:@\S*)?$"
    numbers = set(re.findall(names, text, re.M))
    calls = re.findall(r"^cfn=\((\d+)\).*\ncalls=(\d+)", text, re.M)
    waits = sum(int(count) for number, count in calls if number in numbers)
    return {"instructions": int(summary.group(1)), "waits": waits}


def instructions(bench, name, cell):
    """User instructions per message by callgrind's slope.

    A poll of the loop costs some 400 instructions, shared by the messages
    that it finds; so the slopes of two servers compare only if their polls
    find equally many. Under callgrind the server is fifty times slower and
    the load is not: while the server answers one batch, every answered
    connection has sent its next message, so each poll finds nearly all
    connections. The polls per message are reported beside the slope to show
    it. (The load's --lockstep is no better here: the first message of each
    wave wakes the server, which then polls in two or three uneven parts.)
    """

    def total(messages):
        with tempfile.NamedTemporaryFile("r") as out:
            tool = [
                "valgrind",
                "--tool=callgrind",
                f"--callgrind-out-file={out.name}",
            ]
            counted(bench, tool + bench.command(name), cell, messages)
            with open(out.name) as written:
                return parse_callgrind(written.read())

    return slope(cell, total)


def with_tool(bench, tool, measure, *arguments):
    """None, and a note, where a tool is missing or does not work here."""
    if not shutil.which(tool):
        note = f"{tool} is not installed"
    else:
        try:
            return measure(bench, *arguments)
        except BenchError as error:
            note = f"under {tool}: {error}"
    if note not in bench.notes:
        bench.notes.append(note)
    return None


def idle_memory(bench, name, request=""):
    """Resident bytes per idle connection that has had one message.

    A first connection, opened and closed before, pages the code in and makes
    what is made only once; that would be shared by more connections anyway.
    """
    one = Cell("idle", 64, 1, mode="idle", request=request)
    many = replace(one, connections=IDLE_CONNECTIONS)
    with server(bench.command(name)) as target:
        with load(bench.load, target.port, one) as client:
            client.line(60)
            client.wait()
        before = memory(target.pid)
        with load(bench.load, target.port, many) as client:
            client.line(120)
            after = memory(target.pid)
            client.wait()
    return {key: (after[key] - before[key]) / IDLE_CONNECTIONS for key in after}
