#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What it costs to wait for several Deferreds and in turn: instructions of one
round, start and end cancelled out; the same on every machine.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or the program misbehaved; 64: usage; 66: the program is missing.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import argparse
import json
import os
import shutil
import subprocess
import tempfile

import report
from gates import gate
from measure import parse_callgrind

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECONDS = 300  # no run may take longer
SHORT, LONG = 5000, 25000

# Question, what a round is, the most instructions of it.
ROWS = (
    ("none", "3 Deferreds, new to free", 800),
    ("all", "the same under bight_all", 1850),
    ("race", "the same under bight_race", 1950),
    ("lock", "acquire, release, nobody waits", 420),
    ("contended", "acquire and release, in turn", 540),
    ("try", "try_acquire, release", 60),
    ("queue", "put, get, with room", 650),
    ("getter", "get, put to who waits", 750),
    ("event", "wait, set, clear", 530),
    ("later", "bight_later, in virtual time", 1360),
)


def leave(code, message):
    print(f"combine.py: {message}", file=sys.stderr)
    raise SystemExit(code)


def parse_arguments():
    summary, exits = __doc__.split("\n\n")
    parser = argparse.ArgumentParser(
        prog="combine.py", description=summary, epilog=exits
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--bench-dir", metavar="DIR", help="of the program")
    parser.error = lambda message: leave(64, message)
    return parser.parse_args()


def find_program(wanted):
    build = os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build")
    path = os.path.join(wanted or f"{build}/tests/bench", "bench_combine")
    if not os.access(path, os.X_OK):
        leave(66, f"no {path}")
    return path


def total(program, question, rounds):
    with tempfile.NamedTemporaryFile("r") as out:
        argv = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={out.name}",
            program,
            question,
            str(rounds),
        ]
        try:
            done = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            leave(1, f"{question} took over {SECONDS} s")
        if done.returncode != 0:
            leave(1, f"{question}: exit {done.returncode}\n{done.stderr}")
        with open(out.name) as written:
            return parse_callgrind(written.read())["instructions"]


def instructions(program, question):
    """None without the tool."""
    if not shutil.which("valgrind"):
        return None
    more = total(program, question, LONG) - total(program, question, SHORT)
    return more / (LONG - SHORT)


def text(results):
    lines = ["instructions of a round"]
    for one in results["gates"]:
        lines.append(
            f"  {one['verdict']:<13}{one['cell']:<11}{one['name']:<34}"
            f"{report.number(one['value'], 7, 0)}  "
            f"{one['relation']} {one['limit']:g}"
        )
    lines.append(f"{len(results['gates'])} gates")
    return "\n".join(lines)


def exit_code(found):
    verdicts = {one["verdict"] for one in found}
    if "fail" in verdicts:
        return 2
    return 1 if "not measured" in verdicts else 0


def main():
    arguments = parse_arguments()
    program = find_program(arguments.bench_dir)
    judged = [
        gate(question, what, instructions(program, question), "<=", most)
        for question, what, most in ROWS
    ]
    code = exit_code(judged)
    results = {"bench": "combine", "gates": judged, "ok": code == 0}
    print(json.dumps(results) if arguments.json else text(results))
    return code


if __name__ == "__main__":
    sys.exit(main())
