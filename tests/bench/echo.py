#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The echo benchmark: bight beside raw epoll and two ways to use libuv.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import os
import shlex
import time
from concurrent.futures import ThreadPoolExecutor

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
from processes import BenchError
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
BASELINES = ("uv_best", "epoll", "uv_plain")
SIZES = {"64B": 64, "1K": 1024, "10K": 10240, "100K": 102400}
FULL_ROUNDS, QUICK_ROUNDS = 9, 3
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
    cells = (*all_cells(), "idle")
    quick = "under a minute: fewer cells, times are no gates unless far off"
    parser = make_parser(__doc__, quick, cells)
    parser.add_argument(
        "--bight-command",
        metavar="COMMAND",
        help="a whole command in bight's place; {listen} stands for HOST:PORT",
    )
    return parse(parser, cells)


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


def choose(arguments):
    """The cells to time, and whether idle connections are weighed."""
    cells = all_cells()
    if arguments.only:
        chosen = [cells[name] for name in cells if name in arguments.only]
        return chosen, "idle" in arguments.only
    if arguments.quick:
        names = (*QUICK, gates.PIPELINED, gates.CONNECT)
        return [cells[name] for name in names], True
    return list(cells.values()), True


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


def measure(bench, cells, idle, quick):
    step = progress()
    measured = {}
    for cell in cells:
        measured[cell.name] = time_cell(
            bench, cell, quick, gates.time_gates, step
        )
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


def make_bench(arguments):
    folder = find_programs(arguments.bench_dir)
    notes = []
    rounds, seconds = FULL_ROUNDS, FULL_SECONDS
    if arguments.quick:
        rounds, seconds = QUICK_ROUNDS, QUICK_SECONDS
    if arguments.rounds is not None:
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
    limit_time(QUICK_LIMIT if arguments.quick else FULL_LIMIT)
    begin = time.monotonic()
    try:
        measured = measure(bench, cells, idle, arguments.quick)
    except BenchError as error:
        leave(1, error)
    found = {
        "servers": bench.servers,
        **measured,
        "gates": gates.judge(measured, arguments.quick),
    }
    return show("echo", arguments, bench, begin, found, report.text)


if __name__ == "__main__":
    sys.exit(main())
