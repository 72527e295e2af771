#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What tasks cost: instructions, which gate, and nanoseconds, which are told;
and the memory of many.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import ctypes
import json
import mmap
import os
import platform
import shutil
import tempfile
import time

import deferred
import report
from gates import gate
from measure import parse_callgrind
from processes import BenchError

SHORT, LONG = 5000, 25000
TURNS = 2000000
RUNS = 5  # of which the quickest counts
MANY = 100000

# program, question, what it is, most instructions
ROWS = [
    ("bench_async", "cycle", "new + then + fire + run + free", 300),
    ("bench_async", "await", "new + await + fire + resume", 430),
    ("bench_async_inside", "park", "park + unpark", 190),
    ("bench_async", "spawn", "spawn + run + finish, pooled", 400),
    ("bench_async_inside", "switch", "the switch alone", None),
]
MOST_MB = 460
MOST_MAPS = 100
MADV_GUARD_INSTALL = 102


def programs(arguments):
    build = os.environ.get("BIGHT_BUILD_DIR", f"{deferred.ROOT}/build")
    folder = arguments.bench_dir or f"{build}/tests/bench"
    for name in ("bench_async", "bench_async_inside"):
        if not os.access(os.path.join(folder, name), os.X_OK):
            deferred.leave(66, f"no {folder}/{name}")
    return folder


def instructions(program, question):
    """Of one more turn, start and end cancelled out; None without a tool."""
    if not shutil.which("valgrind"):
        return None

    def total(turns):
        with tempfile.NamedTemporaryFile("r") as out:
            tool = (
                "valgrind",
                "--tool=callgrind",
                f"--callgrind-out-file={out.name}",
            )
            deferred.ask(program, question, turns, tool)
            with open(out.name) as written:
                return parse_callgrind(written.read())["instructions"]

    return (total(LONG) - total(SHORT)) / (LONG - SHORT)


def nanoseconds(program, question, turns):
    return min(
        deferred.ask(program, question, turns)["ns"] for _ in range(RUNS)
    )


def guards():
    """Which way the kernel lets stacks have guards."""
    libc = ctypes.CDLL(None, use_errno=True)
    page = mmap.mmap(-1, mmap.PAGESIZE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    view = ctypes.c_char.from_buffer(page)
    works = (
        libc.madvise(
            ctypes.c_void_p(ctypes.addressof(view)),
            ctypes.c_size_t(mmap.PAGESIZE),
            MADV_GUARD_INSTALL,
        )
        == 0
    )
    del view
    return "MADV_GUARD_INSTALL" if works else "mprotect"


def measure(folder, quick):
    rows = []
    turns = TURNS // 10 if quick else TURNS
    for name, question, what, most in ROWS:
        program = os.path.join(folder, name)
        rows.append(
            {
                "row": question,
                "what": what,
                "most": most,
                "instructions": instructions(program, question),
                "ns": nanoseconds(program, question, turns),
            }
        )
    many = deferred.ask(os.path.join(folder, "bench_async"), "suspended", MANY)
    return {"rows": rows, "many": many, "guards": guards()}


def judge(found):
    gates = [
        gate(
            row["row"],
            f"instructions, {row['what']}",
            row["instructions"],
            "<=",
            row["most"],
        )
        for row in found["rows"]
        if row["most"] is not None
    ]
    many = found["many"]
    megabytes = many["resident"] / 1e6
    gates.append(gate("100000 tasks", "MB resident", megabytes, "<=", MOST_MB))
    # Pages without rights split maps: there the number says nothing of bight.
    if found["guards"] == "MADV_GUARD_INSTALL":
        gates.append(gate("100000 tasks", "maps", many["maps"], "<=", MOST_MAPS))
    return gates


def text(results):
    lines = ["costs                                instructions        ns"]
    for row in results["rows"]:
        lines.append(
            f"  {row['what']:<36}{report.number(row['instructions'], 9, 1)}"
            f"{report.number(row['ns'], 10, 1)}"
        )
    many = results["many"]
    lines.append(
        f"{many['suspended']} suspended tasks: {many['resident'] / 1e6:.0f} MB,"
        f" {many['resident'] / many['suspended']:.0f} bytes each,"
        f" {many['maps']} maps; guards by {results['guards']}"
    )
    return "\n".join(lines + [deferred.text(results)])


def main():
    deferred.__doc__ = __doc__
    arguments = deferred.parse_arguments()
    folder = programs(arguments)
    begin = time.monotonic()
    try:
        found = measure(folder, arguments.quick)
    except BenchError as error:
        deferred.leave(1, error)
    judged = judge(found)
    code = deferred.exit_code(judged)
    results = {
        "bench": "async",
        "quick": arguments.quick,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        **found,
        "gates": judged,
        "notes": [],
        "seconds": time.monotonic() - begin,
        "ok": code == 0,
    }
    print(json.dumps(results) if arguments.json else text(results))
    return code


if __name__ == "__main__":
    sys.exit(main())
