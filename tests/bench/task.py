#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Echo by a task beside echo by a callback, in one program.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import argparse
import json
import os
import platform
import statistics
import time

import gates
import report
from measure import (
    Bench,
    Cell,
    allocations,
    instructions,
    system_calls,
    time_cell,
    with_tool,
)
from processes import BenchError
from runner import (
    exit_code,
    find,
    find_cores,
    leave,
    limit_time,
    progress,
    raise_descriptor_limit,
)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CELLS = (Cell("64B@100", 64, 100), Cell("1K@100", 1024, 100))
PASS = 0.95  # a task costs at most 5 % more CPU
QUICK_PASS = 0.6  # of a quick run, that only finds what is far off
FULL_ROUNDS, QUICK_ROUNDS = 15, 3
FULL_SECONDS, QUICK_SECONDS = 0.4, 0.08
FULL_LIMIT, QUICK_LIMIT = 900, 180  # seconds until the runner gives up


def parse_arguments():
    summary, exits = __doc__.split("\n\n")
    parser = argparse.ArgumentParser(
        prog="task.py", description=summary, epilog=exits
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="fewer rounds: times are no gates unless far off",
    )
    parser.add_argument("--bench-dir", metavar="DIR", help="of the programs")
    parser.add_argument(
        "--cores", metavar="A,B", help="of server and load (the first two)"
    )
    parser.error = lambda message: leave(64, message)
    return parser.parse_args()


def make_bench(arguments):
    default = os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build")
    folder = arguments.bench_dir or f"{default}/tests/bench"
    program = find([f"{folder}/bench_echo_task"], "bench_echo_task")
    find([f"{folder}/bench_load"], "bench_load")
    notes = []
    quick = arguments.quick
    return Bench(
        programs=folder,
        servers={
            "callback": [program, "--callback", "--listen", "{listen}"],
            "task": [program, "--listen", "{listen}"],
        },
        cores=find_cores(arguments.cores, notes),
        rounds=QUICK_ROUNDS if quick else FULL_ROUNDS,
        seconds=QUICK_SECONDS if quick else FULL_SECONDS,
        notes=notes,
    )


def ratio(entry):
    """The callback's CPU per message over the task's."""
    servers = entry["servers"]
    pairs = zip(servers["callback"]["rounds"], servers["task"]["rounds"])
    return statistics.median(a["cpu_us"] / b["cpu_us"] for a, b in pairs)


def time_gates(name, entry, quick):
    limit = QUICK_PASS if quick else PASS
    yield gates.gate(name, "CPU, callback over task", ratio(entry), ">=", limit)


def judge(name, entry, quick):
    task = entry["servers"]["task"]
    calls = task["calls"] or {}
    yield from time_gates(name, entry, quick)
    yield gates.gate(
        name, "allocations per message", task["allocations"], "=", 0
    )
    for call, limit in (("recv", 1), ("send", 1), ("other", 0)):
        yield gates.gate(name, f"{call} per message", calls.get(call), "=", limit)


def count(bench, cell, entry, step):
    for name in bench.servers:
        step(f"{cell.name} {name} counts")
        found = entry["servers"][name]
        found["calls"] = with_tool(bench, "strace", system_calls, name, cell)
        found["instructions"] = with_tool(
            bench, "valgrind", instructions, name, cell
        )
        found["allocations"] = allocations(bench, name, cell)


def measure(bench, quick):
    step = progress()
    measured = {}
    for cell in CELLS:
        entry = time_cell(bench, cell, quick, time_gates, step)
        count(bench, cell, entry, step)
        measured[cell.name] = entry
    step("")
    return measured


def cell_lines(measured):
    for name, entry in measured.items():
        for server, found in entry["servers"].items():
            best = min(one["cpu_us"] for one in found["rounds"])
            counted = (found["instructions"] or {}).get("instructions")
            shown = "not measured" if counted is None else f"{counted:.0f}"
            yield (
                f"{name} {server}: {best:.3f} us of CPU per message at best, "
                f"{shown} instructions"
            )


def text(results):
    lines = [*cell_lines(results["cells"]), *results["notes"]]
    return "\n".join([*lines, "", "gates", *report.gate_lines(results["gates"])])


def main():
    arguments = parse_arguments()
    bench = make_bench(arguments)
    raise_descriptor_limit()
    limit_time(QUICK_LIMIT if arguments.quick else FULL_LIMIT)
    begin = time.monotonic()
    try:
        measured = measure(bench, arguments.quick)
    except BenchError as error:
        leave(1, error)
    found = [
        one
        for name, entry in measured.items()
        for one in judge(name, entry, arguments.quick)
    ]
    results = {
        "bench": "task",
        "quick": arguments.quick,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        "cores": bench.cores,
        "cells": measured,
        "gates": found,
        "notes": bench.notes,
        "seconds": time.monotonic() - begin,
    }
    code = exit_code({one["verdict"] for one in found})
    results["ok"] = code == 0
    print(json.dumps(results) if arguments.json else text(results))
    return code


if __name__ == "__main__":
    sys.exit(main())
