#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The echo benchmark: bight beside raw epoll and two ways to use libuv.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import argparse
import json
import os
import platform
import resource
import shlex
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import gates
import report
from measure import (
    IDLE_CONNECTIONS,
    Bench,
    Cell,
    allocations,
    idle_memory,
    instructions,
    system_calls,
    times,
    with_tool,
)
from processes import BenchError

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BASELINES = ("uv_best", "epoll", "uv_plain")
SIZES = {"64B": 64, "1K": 1024, "10K": 10240, "100K": 102400}
FULL_ROUNDS, QUICK_ROUNDS = 9, 3
MORE_ROUNDS = 2  # times as many, where a time fails
FULL_SECONDS, QUICK_SECONDS = 0.3, 0.08
FULL_LIMIT, QUICK_LIMIT = 3600, 180  # seconds until the runner gives up
QUICK = ("64B@100", "1K@1", "1K@10", "1K@100", "10K@10", "100K@10")


def all_cells():
    cells = [
        Cell(f"{label}@{connections}", size, connections)
        for label, size in SIZES.items()
        for connections in (1, 10, 100, 1000)
    ]
    cells.append(Cell(gates.PIPELINED, 64, 10, depth=16))
    cells.append(Cell(gates.CONNECT, 64, 10, mode="connect"))
    return {cell.name: cell for cell in cells}


def parse_arguments():
    summary, exits = __doc__.split("\n\n")
    parser = argparse.ArgumentParser(
        prog="echo.py", description=summary, epilog=exits
    )
    cells = ", ".join([*all_cells(), "idle"])
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="under a minute: fewer cells, times are no gates unless far off",
    )
    parser.add_argument("--bight", metavar="PATH", help="default: build/bight")
    parser.add_argument(
        "--bight-command",
        metavar="COMMAND",
        help="a whole command in bight's place; {listen} stands for HOST:PORT",
    )
    parser.add_argument("--bench-dir", metavar="DIR", help="of the baselines")
    parser.add_argument("--rounds", type=int, metavar="N", help="of each cell")
    parser.add_argument(
        "--only",
        action="append",
        metavar="CELL",
        help=f"only this one, may be repeated: {cells}",
    )
    parser.add_argument(
        "--cores", metavar="A,B", help="of server and load (the first two)"
    )
    parser.error = lambda message: leave(64, message)
    return parser.parse_args()


def leave(code, message):
    print(f"echo.py: {message}", file=sys.stderr)
    raise SystemExit(code)


def find(candidates, what):
    for path in candidates:
        if os.access(path, os.X_OK):
            return os.path.abspath(path)
    leave(66, f"no {what}: tried {', '.join(candidates)}")


def find_programs(wanted):
    """The folder of the baselines, all of which have to be there."""
    default = [f"{ROOT}/build/tests/bench", f"{ROOT}/build"]
    tried = [f"{one}/bench_load" for one in ([wanted] if wanted else default)]
    load = find(tried, "bench_load")
    folder = os.path.dirname(load)
    names = [f"bench_echo_{name}" for name in BASELINES]
    for name in [*names, "bench_alloc_count.so"]:
        if not os.path.exists(os.path.join(folder, name)):
            leave(66, f"no {name} in {folder}")
    return folder


def find_servers(arguments, folder):
    if arguments.bight_command:
        bight = shlex.split(arguments.bight_command)
    else:
        default = [f"{ROOT}/build/bight", f"{ROOT}/build/src/cli/bight"]
        path = find([arguments.bight] if arguments.bight else default, "bight")
        options = "serve echo --listen tcp:{listen} --json --quiet"
        bight = [path, *options.split()]
    servers = {"bight": bight}
    for name in BASELINES:
        program = os.path.join(folder, f"bench_echo_{name}")
        servers[name] = [program, "--listen", "{listen}"]
    return servers


def find_cores(wanted, notes):
    usable = sorted(os.sched_getaffinity(0))
    if wanted:
        try:
            chosen = tuple(int(part) for part in wanted.split(","))
        except ValueError:
            chosen = ()
        if len(chosen) != 2 or not set(chosen) <= set(usable):
            leave(64, f"--cores {wanted}: not two of {usable}")
        return chosen
    if len(usable) < 2:
        notes.append("server and load share the only core")
        return usable[0], usable[0]
    return usable[0], usable[1]


def raise_descriptor_limit():
    """Children inherit it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = IDLE_CONNECTIONS + 100
    if hard != resource.RLIM_INFINITY and hard < wanted:
        leave(71, f"{hard} descriptors are allowed, {wanted} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def choose(arguments):
    """The cells to time, and whether idle connections are weighed."""
    cells = all_cells()
    if arguments.only:
        for name in arguments.only:
            if name != "idle" and name not in cells:
                known = ", ".join([*cells, "idle"])
                leave(64, f"unknown cell {name}; known: {known}")
        chosen = [cells[name] for name in cells if name in arguments.only]
        return chosen, "idle" in arguments.only
    if arguments.quick:
        names = (*QUICK, gates.PIPELINED, gates.CONNECT)
        return [cells[name] for name in names], True
    return list(cells.values()), True


def progress():
    """A status line on a terminal, otherwise a line every ten seconds."""
    last = time.monotonic()
    terminal = sys.stderr.isatty()

    def step(text):
        nonlocal last
        if terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif text and time.monotonic() - last >= 10:
            last = time.monotonic()
            print(text, file=sys.stderr, flush=True)

    return step


def count_jobs(cells, quick):
    """(cell, server, what) to count. A quick run counts what gates need."""
    for cell in cells:
        gated = cell.name in gates.COUNTED
        if quick and not gated and cell.name != gates.PIPELINED:
            continue
        for name in ("bight", *BASELINES):
            yield cell, name, "calls"
            yield cell, name, "allocations"
            if not quick or (gated and name in ("bight", "uv_best")):
                yield cell, name, "instructions"


def count(bench, cells, quick, measured, step):
    """Counts do not mind company, so they run side by side."""

    def run(job):
        cell, name, what = job
        step(f"{cell.name} {name} {what}")
        entry = measured[cell.name]["servers"][name]
        if what == "calls":
            entry[what] = with_tool(bench, "strace", system_calls, name, cell)
        elif what == "instructions":
            entry[what] = with_tool(bench, "valgrind", instructions, name, cell)
        else:
            entry[what] = allocations(bench, name, cell)

    with ThreadPoolExecutor(len(set(bench.cores))) as pool:
        list(pool.map(run, count_jobs(cells, quick)))


def time_cell(bench, cell, quick, step):
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
        found = gates.time_gates(cell.name, entry, quick)
        if all(one["verdict"] == "pass" for one in found):
            break
    return entry


def measure(bench, cells, idle, quick):
    step = progress()
    measured = {}
    for cell in cells:
        measured[cell.name] = time_cell(bench, cell, quick, step)
    weights = {}
    if idle:
        for name in bench.servers:
            step(f"idle {name}")
            weights[name] = idle_memory(bench, name)
    count(bench, cells, quick, measured, step)
    for entry in measured.values():
        found = {name: gates.ratios(entry, name) for name in BASELINES}
        entry["ratios"] = found
    step("")
    return {"cells": measured, "idle": weights}


def exit_code(verdicts):
    if "fail" in verdicts:
        return 2
    return 1 if "not measured" in verdicts else 0


def on_signal(number, _frame):
    """The blocks that own the children end them on the way out."""
    if number == signal.SIGALRM:
        leave(75, "out of time")
    raise SystemExit(128 + number)


def make_bench(arguments):
    folder = find_programs(arguments.bench_dir)
    notes = []
    rounds, seconds = FULL_ROUNDS, FULL_SECONDS
    if arguments.quick:
        rounds, seconds = QUICK_ROUNDS, QUICK_SECONDS
    if arguments.rounds is not None:
        if arguments.rounds < 1:
            leave(64, "--rounds wants at least 1")
        rounds = arguments.rounds
    return Bench(
        programs=folder,
        servers=find_servers(arguments, folder),
        cores=find_cores(arguments.cores, notes),
        rounds=rounds,
        seconds=seconds,
        notes=notes,
    )


def main():
    arguments = parse_arguments()
    bench = make_bench(arguments)
    cells, idle = choose(arguments)
    raise_descriptor_limit()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, on_signal)
    signal.alarm(QUICK_LIMIT if arguments.quick else FULL_LIMIT)
    begin = time.monotonic()
    try:
        measured = measure(bench, cells, idle, arguments.quick)
    except BenchError as error:
        leave(1, error)
    results = {
        "bench": "echo",
        "quick": arguments.quick,
        "rounds": bench.rounds,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        "servers": bench.servers,
        "cores": bench.cores,
        **measured,
        "gates": gates.judge(measured, arguments.quick),
        "notes": bench.notes,
        "seconds": time.monotonic() - begin,
    }
    verdicts = {one["verdict"] for one in results["gates"]}
    code = exit_code(verdicts)
    results["ok"] = code == 0
    print(json.dumps(results) if arguments.json else report.text(results))
    return code


if __name__ == "__main__":
    sys.exit(main())
