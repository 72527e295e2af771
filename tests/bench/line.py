#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The line framer's cost: instructions per byte, by callgrind's slope.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured;
64: usage; 66: a program is missing; 75: no time left.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import json
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import time

import gates
import report
from measure import parse_callgrind
from processes import BenchError
from runner import leave, make_parser

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LINE = 80
FULL_LINES, QUICK_LINES = 200000, 20000
SIZES = (256 * 1024, 512 * 1024, 1024 * 1024)
PER_BYTE = 4
LINEAR = 1.05  # of a byte among 1 MiB to one among 256 KiB
FULL_LIMIT, QUICK_LIMIT = 600, 180  # seconds until the runner gives up


def find_program(wanted):
    folders = [wanted] if wanted else [f"{ROOT}/build/tests/bench"]
    for folder in folders:
        path = os.path.join(folder, "bench_line")
        if os.access(path, os.X_OK):
            return path
    leave(66, f"no bench_line in {', '.join(folders)}")


def instructions(program, mode, count, lines):
    """Of one whole run, which must find so many lines."""
    with tempfile.NamedTemporaryFile("r") as out:
        tool = [
            "valgrind",
            "--tool=callgrind",
            f"--callgrind-out-file={out.name}",
        ]
        done = subprocess.run(
            [*tool, program, mode, str(count)], capture_output=True, text=True
        )
        if done.returncode != 0 or done.stdout != f"{lines}\n":
            raise BenchError(f"{program} {mode} {count}: {done.stderr.strip()}")
        return parse_callgrind(out.read())["instructions"]


def per_byte_of_lines(program, ending, count):
    """Two runs, so that start and end cancel out."""
    more = instructions(program, ending, 2 * count, 2 * count)
    less = instructions(program, ending, count, count)
    return (more - less) / (count * LINE)


def per_byte_of_pieces(program):
    """Instructions per byte of one line, by its size."""
    start = instructions(program, "pieces", 1, 1)
    return {
        size: (instructions(program, "pieces", size, 1) - start) / size
        for size in SIZES
    }


def measure(program, quick):
    if not shutil.which("valgrind"):
        raise BenchError("valgrind is not installed")
    count = QUICK_LINES if quick else FULL_LINES
    lines = {
        ending: per_byte_of_lines(program, ending, count)
        for ending in ("crlf", "lf")
    }
    return lines, per_byte_of_pieces(program)


def judge(lines, pieces):
    ratio = pieces[SIZES[-1]] / pieces[SIZES[0]]
    found = [
        gates.gate(f"80B {ending}", "instructions per byte", value, "<=", PER_BYTE)
        for ending, value in lines.items()
    ]
    label = "a byte, 1 MiB to 256 KiB"
    return [*found, gates.gate("1B pieces", label, ratio, "<=", LINEAR)]


def text(results):
    lines = [
        f"lines of {LINE} bytes ending in {ending}, reads of 64 KiB: "
        f"{value:.2f} instructions per byte"
        for ending, value in results["lines"].items()
    ]
    for size, value in results["pieces"].items():
        lines.append(f"one line of {size // 1024} KiB, reads of one byte: "
                     f"{value:.1f} instructions per byte")
    lines += ["", "gates", *report.gate_lines(results["gates"])]
    return "\n".join(lines)


def main():
    arguments = make_parser(
        __doc__, "fewer lines; the gates are the same"
    ).parse_args()
    program = find_program(
        arguments.bench_dir
        or (os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build") + "/tests/bench")
    )
    signal.signal(signal.SIGALRM, lambda *_: leave(75, "out of time"))
    signal.alarm(QUICK_LIMIT if arguments.quick else FULL_LIMIT)
    begin = time.monotonic()
    try:
        lines, pieces = measure(program, arguments.quick)
    except BenchError as error:
        leave(1, error)
    results = {
        "bench": "line",
        "quick": arguments.quick,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        "lines": lines,
        "pieces": pieces,
        "gates": judge(lines, pieces),
        "seconds": time.monotonic() - begin,
    }
    failed = any(one["verdict"] == "fail" for one in results["gates"])
    results["ok"] = not failed
    print(json.dumps(results) if arguments.json else text(results))
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
