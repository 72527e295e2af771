#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a Deferred costs: instructions, bytes, depth. Counts only, the same on
every machine and however busy it is.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or the program misbehaved; 64: usage; 66: the program is missing.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import json
import os
import platform
import shutil
import subprocess
import tempfile
import time

import report
from gates import gate
from measure import parse_callgrind
from processes import BenchError
from runner import exit_code, leave, make_parser

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECONDS = 300  # no run may take longer
MILLION = 1000000
SHORT, LONG = 5000, 25000

MOST_INSTRUCTIONS = 300
MOST_BYTES = 120
MOST_ALIVE = 2


def find_program(wanted):
    build = os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build")
    path = os.path.join(wanted or f"{build}/tests/bench", "bench_deferred")
    if not os.access(path, os.X_OK):
        leave(66, f"no {path}")
    return path


def ask(program, question, count, tool=()):
    """The program's answer to one question."""
    argv = [*tool, program, question, str(count)]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{question} took over {SECONDS} s") from None
    if done.returncode != 0:
        tail = done.stderr.strip()[-2000:]
        raise BenchError(f"{question}: exit {done.returncode}\n{tail}")
    return json.loads(done.stdout)


def instructions(program, notes):
    """Of one more cycle, start and end cancelled out; None without a tool."""
    if not shutil.which("valgrind"):
        notes.append("instructions: no valgrind")
        return None

    def total(cycles):
        with tempfile.NamedTemporaryFile("r") as out:
            tool = (
                "valgrind",
                "--tool=callgrind",
                f"--callgrind-out-file={out.name}",
            )
            ask(program, "cycle", cycles, tool)
            with open(out.name) as written:
                return parse_callgrind(written.read())["instructions"]

    return (total(LONG) - total(SHORT)) / (LONG - SHORT)


def measure(program, quick, notes):
    many = MILLION // 10 if quick else MILLION
    pending = ask(program, "pending", many)
    depth = ask(program, "depth", many)
    turns = ask(program, "turns", many)
    return {
        "instructions": instructions(program, notes),
        "bytes": pending["bytes"] / pending["pending"],
        "depth": depth["depth"],
        # Fired once and cancelled once; the innermost has no callback.
        "levels_missing": 2 * (depth["depth"] - 1) - depth["levels"],
        "stack": depth["stack"],
        "turns": turns["turns"],
        "most_alive": turns["most"],
    }


def judge(found):
    stack = found["stack"] // 1024
    depth, turns = found["depth"], found["turns"]
    return [
        gate(
            "cycle",
            "instructions, new to free",
            found["instructions"],
            "<=",
            MOST_INSTRUCTIONS,
        ),
        gate(
            "pending",
            "bytes each, slabs included",
            found["bytes"],
            "<=",
            MOST_BYTES,
        ),
        gate(
            f"{depth} deep",
            f"levels lost on {stack} KiB of stack",
            found["levels_missing"],
            "=",
            0,
        ),
        gate(
            f"{turns} turns",
            "alive at once, at most",
            found["most_alive"],
            "<=",
            MOST_ALIVE,
        ),
    ]


def text(results):
    lines = ["gates"]
    for one in results["gates"]:
        lines.append(
            f"  {one['verdict']:<13}{one['cell']:<14}{one['name']:<36}"
            f"{report.number(one['value'], 9, 2)}  "
            f"{one['relation']} {one['limit']:g}"
        )
    lines += [f"note: {note}" for note in results["notes"]]
    lines.append(f"{len(results['gates'])} gates; {results['seconds']:.0f} s")
    return "\n".join(lines)


def main():
    arguments = make_parser(
        __doc__, "the same gates with a tenth of the Deferreds"
    ).parse_args()
    program = find_program(arguments.bench_dir)
    notes = []
    begin = time.monotonic()
    try:
        found = measure(program, arguments.quick, notes)
    except BenchError as error:
        leave(1, error)
    judged = judge(found)
    code = exit_code({one["verdict"] for one in judged})
    results = {
        "bench": "deferred",
        "quick": arguments.quick,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        **found,
        "gates": judged,
        "notes": notes,
        "seconds": time.monotonic() - begin,
        "ok": code == 0,
    }
    print(json.dumps(results) if arguments.json else text(results))
    return code


if __name__ == "__main__":
    sys.exit(main())
