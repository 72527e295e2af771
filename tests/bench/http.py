#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The HTTP benchmark: bight beside bare epoll, libuv with http-parser,
libevent's evhttp, nginx, h2o, haproxy and Node; its files beside nginx's.

Exit code 0: every gate passes; 2: one fails, or a peer is missing; 1: one could
not be measured, or a program misbehaved; 64: usage; 66: a program of this
benchmark is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import os

# This file's own name would hide the library's `http` from who imports that.
sys.path[0] = os.path.dirname(os.path.abspath(__file__))

import contextlib
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import gates
import report
from measure import (
    Bench,
    Cell,
    allocations,
    idle_memory,
    instructions,
    system_calls,
    time_cell,
    with_tool,
)
from processes import BenchError, load, server
from runner import (
    find,
    find_cores,
    leave,
    limit_time,
    make_parser,
    parse,
    progress,
    raise_descriptor_limit,
    show,
)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OWN = ("epoll", "uv", "evhttp")
FOREIGN = {
    "nginx": ("nginx",),
    "h2o": ("h2o",),
    "haproxy": ("haproxy",),
    "node": ("node", "nodejs"),
}
HELLO = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
LAST = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
FILES = {"1K": 1024, "64K": 65536, "10M": 10 << 20}
FULL_ROUNDS, QUICK_ROUNDS = 9, 3
FULL_SECONDS, QUICK_SECONDS = 0.3, 0.08
FULL_LIMIT, QUICK_LIMIT = 3600, 600  # seconds until the runner gives up

KEPT, PIPELINED, CONNECT = "hello@64", "deep16@64", "connect@16"
CELLS = (
    Cell(KEPT, 0, 64, request=HELLO),
    Cell(PIPELINED, 0, 64, depth=16, request=HELLO),
    Cell(CONNECT, 0, 16, mode="connect", request=LAST),
)
FILE_CELLS = tuple(
    Cell(
        f"{name}@{8 if name == '10M' else 64}",
        0,
        8 if name == "10M" else 64,
        request=HELLO.replace("/ ", f"/{name} ", 1),
    )
    for name in FILES
)
# The peer's CPU per request over bight's.
LIMITS = {
    KEPT: {
        "nginx": 1.10,
        "epoll": 0.89,
        "uv": 0.94,
        "h2o": 1.25,
        "haproxy": None,  # only shown, but has to be there
        "evhttp": 1.9,
        "node": 1.9,
    },
    PIPELINED: {"nginx": 9, "epoll": 0.6},
    CONNECT: {"nginx": 0.95},
    **{cell.name: {"nginx": 1.0} for cell in FILE_CELLS},
}
INSTRUCTIONS = 2500
IDLE_BYTES = 620


def parse_arguments():
    cells = (*LIMITS, "idle")
    quick = "fewer rounds, and times are no gates unless far off"
    return parse(make_parser(__doc__, quick, cells), cells)


# --- servers ---------------------------------------------------------------


def peer_command(name, program, root=None):
    if name == "node":
        script = os.path.join(HERE, "http_node.js")
        return [program, script, "--listen", "{listen}"]
    launcher = [sys.executable, os.path.join(HERE, "http_peer.py")]
    more = ["--root", root] if root else []
    return [*launcher, name, program, "--listen", "{listen}", *more]


def bight_command(path, what):
    options = "--listen tcp:{listen} --json --quiet --max-conn 20000 \
        --max-conn-per-host 20000"
    return [path, "serve", *what, *options.split()]


def hello_servers(bight, folder):
    """Those that are there; of the others the caller learns by their lack."""
    servers = {"bight": bight_command(bight, ["hello"])}
    for name in OWN:
        path = os.path.join(folder, f"bench_http_{name}")
        if os.access(path, os.X_OK):
            servers[name] = [path, "--listen", "{listen}"]
    for name, programs in FOREIGN.items():
        paths = [find_program(program) for program in programs]
        for path in list(filter(None, paths))[:1]:
            servers[name] = peer_command(name, path)
    return servers


def find_program(name):
    return shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")


def file_servers(bight, root):
    servers = {"bight": bight_command(bight, ["http", "--root", root])}
    nginx = find_program("nginx")
    if nginx:
        servers["nginx"] = peer_command("nginx", nginx, root)
    return servers


@contextlib.contextmanager
def folder_of_files():
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        for name, size in FILES.items():
            with open(os.path.join(root, name), "wb") as file:
                file.write(os.urandom(4096) * -(-size // 4096))
                file.truncate(size)
        yield root


def choose_servers(bench, cell, servers):
    """Those that answer as they should: the load looks at a first answer, and
    compares all later ones with it."""
    chosen = {}
    for name in servers:
        try:
            with server(bench.command(name)) as target:
                one = replace(cell, connections=1, depth=1)
                twice = "--messages=2"
                with load(bench.load, target.port, one, twice) as client:
                    answered = client.line(60)
                    client.wait()
            check_size(cell, answered)
            chosen[name] = servers[name]
        except BenchError as error:
            bench.notes.append(f"{cell.name}: {error}")
    return chosen


def check_size(cell, answered):
    body = 13
    for name, size in FILES.items():
        if f"/{name} " in cell.request:
            body = size
    size = answered["bytes"] / answered["messages"]
    if not body + 60 < size < body + 500:
        raise BenchError(f"an answer has {size:g} bytes, its body {body}")


# --- measuring -------------------------------------------------------------


def count(bench, cell, entry, step):
    """Counts do not mind company, so they run side by side."""

    def run(name):
        step(f"{cell.name} {name} counts")
        found = entry["servers"][name]
        found["calls"] = with_tool(bench, "strace", system_calls, name, cell)
        if name == "bight" or name in OWN:
            found["allocations"] = allocations(bench, name, cell)
            found["instructions"] = with_tool(
                bench, "valgrind", instructions, name, cell
            )

    with ThreadPoolExecutor(len(set(bench.cores))) as pool:
        list(pool.map(run, entry["servers"]))


def measure_cells(bench, cells, quick, step):
    entries = {}
    for cell in cells:
        whole = bench.servers
        bench.servers = choose_servers(bench, cell, whole)
        if "bight" in bench.servers:
            entry = time_cell(bench, cell, quick, gates_there, step)
            if cell.name == KEPT:
                count(bench, cell, entry, step)
            others = [name for name in bench.servers if name != "bight"]
            found = {name: gates.ratios(entry, name) for name in others}
            entry["ratios"] = found
            entries[cell.name] = entry
        bench.servers = whole
    return entries


def measure_hello(bench, cell, quick, step):
    """Those that the cell names take turns in it."""
    whole = bench.servers
    wanted = ("bight", *LIMITS[cell.name])
    bench.servers = {name: whole[name] for name in wanted if name in whole}
    found = measure_cells(bench, [cell], quick, step)
    bench.servers = whole
    return found


def measure_idle(bench, step):
    found = {}
    for name in ("bight", "nginx"):
        if name in bench.servers:
            step(f"idle {name}")
            found[name] = idle_memory(bench, name, HELLO)
    return found


def measure(bench, bight, folder, only, quick):
    step = progress()
    entries, idle = {}, {}
    bench.servers = hello_servers(bight, folder)
    missing = [name for name in LIMITS[KEPT] if name not in bench.servers]
    bench.notes += [f"{name} is missing" for name in missing]
    for cell in CELLS:
        if not only or cell.name in only:
            entries.update(measure_hello(bench, cell, quick, step))
    if not only or "idle" in only:
        idle = measure_idle(bench, step)
    with folder_of_files() as root:
        bench.servers = file_servers(bight, root)
        cells = [one for one in FILE_CELLS if not only or one.name in only]
        entries.update(measure_cells(bench, cells, quick, step))
    step("")
    return {"cells": entries, "idle": idle}


# --- gates -----------------------------------------------------------------


def time_gate(cell, entry, name, quick):
    """A peer that is not there fails its gate."""
    limit = LIMITS[cell][name]
    label = f"CPU of {name}/bight"
    if entry is None or name not in entry["servers"]:
        found = gates.gate(cell, label, None, ">=", limit or 0)
        return {**found, "verdict": "fail"}
    value = gates.ratios(entry, name)["median"]
    found = gates.gate(cell, label, value, ">=", limit or 0)
    near = value >= (limit or 0) * gates.FAR_OFF
    if quick and found["verdict"] == "fail" and near:
        found["verdict"] = "info"
    return found


def gates_there(cell, entry, quick):
    """More rounds help only those."""
    for name in LIMITS[cell]:
        if name in entry["servers"]:
            yield time_gate(cell, entry, name, quick)


def count_gates(cell, entry):
    bight = entry["servers"]["bight"] if entry else {"allocations": None}
    calls, spent = bight.get("calls") or {}, bight.get("instructions") or {}
    wanted = (("recv", 1), ("send", 1), ("epoll_ctl", 0), ("other", 0))
    for name, limit in wanted:
        label = f"{name} per request"
        yield gates.gate(cell, label, calls.get(name), "=", limit)
    yield gates.gate(
        cell, "allocations per request", bight["allocations"], "=", 0
    )
    value = spent.get("instructions")
    label = "instructions per request"
    yield gates.gate(cell, label, value, "<=", INSTRUCTIONS)


def judge(results, only, quick):
    cells, idle = results["cells"], results["idle"]
    found = []
    for name in LIMITS:
        if only and name not in only:
            continue
        if name == KEPT:
            found += count_gates(name, cells.get(name))
        entry = cells.get(name)
        found += [time_gate(name, entry, one, quick) for one in LIMITS[name]]
    if not only or "idle" in only:
        value = idle["bight"]["rss"] if "bight" in idle else None
        label = "bytes per connection"
        found.append(gates.gate("idle", label, value, "<=", IDLE_BYTES))
    return found


# --- all of it -------------------------------------------------------------


def cell_lines(name, entry):
    cell = entry["cell"]
    deep = f", {cell['depth']} deep" if cell["depth"] > 1 else ""
    many = f"{cell['connections']} connections{deep}"
    yield f"{name}: {cell['request']!r}, {many}"
    yield from report.time_lines(entry)
    yield report.ratio_line(entry)
    yield from report.count_lines(entry)
    yield ""


def text(results):
    lines = [
        line
        for name, entry in results["cells"].items()
        for line in cell_lines(name, entry)
    ]
    if results["idle"]:
        lines += report.idle_lines(results["idle"])
    return "\n".join([*lines, *report.end_lines(results)])


def make_bench(arguments, folder):
    notes = []
    quick = arguments.quick
    return Bench(
        programs=folder,
        servers={},
        cores=find_cores(arguments.cores, notes),
        rounds=arguments.rounds or (QUICK_ROUNDS if quick else FULL_ROUNDS),
        seconds=QUICK_SECONDS if quick else FULL_SECONDS,
        notes=notes,
    )


def find_folder(wanted):
    build = os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build")
    folder = wanted or f"{build}/tests/bench"
    for name in ("bench_load", "bench_http_epoll", "bench_http_uv"):
        find([os.path.join(folder, name)], name)
    return os.path.abspath(folder)


def main():
    arguments = parse_arguments()
    only, quick = arguments.only, arguments.quick
    default = os.environ.get("BIGHT", f"{ROOT}/build/bight")
    bight = find([arguments.bight or default], "bight")
    folder = find_folder(arguments.bench_dir)
    bench = make_bench(arguments, folder)
    raise_descriptor_limit()
    limit_time(QUICK_LIMIT if quick else FULL_LIMIT)
    begin = time.monotonic()
    try:
        measured = measure(bench, bight, folder, only, quick)
    except BenchError as error:
        leave(1, error)
    found = {**measured, "gates": judge(measured, only, quick)}
    return show("http", arguments, bench, begin, found, text)


if __name__ == "__main__":
    sys.exit(main())
