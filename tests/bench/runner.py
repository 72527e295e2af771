#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the runners of benchmarks share: options, programs, cores, progress,
results, ends."""

import argparse
import json
import os
import platform
import resource
import signal
import sys
import time

from measure import IDLE_CONNECTIONS


def leave(code, message):
    print(f"{os.path.basename(sys.argv[0])}: {message}", file=sys.stderr)
    raise SystemExit(code)


def make_parser(doc, quick, cells=()):
    """`doc` ends in a paragraph on exit codes; `quick` says what that is. What
    times cells has options for them."""
    summary, *_, exits = doc.split("\n\n")
    parser = argparse.ArgumentParser(
        prog=os.path.basename(sys.argv[0]), description=summary, epilog=exits
    )
    parser.error = lambda message: leave(64, message)
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--bench-dir", metavar="DIR", help="of its programs")
    if not cells:
        return parser
    known = ", ".join(cells)
    parser.add_argument("--bight", metavar="PATH", help="default: $BIGHT")
    parser.add_argument("--rounds", type=int, metavar="N", help="of each cell")
    parser.add_argument(
        "--only",
        action="append",
        metavar="CELL",
        help=f"only this one, may be repeated: {known}",
    )
    parser.add_argument(
        "--cores", metavar="A,B", help="of server and load (the first two)"
    )
    return parser


def parse(parser, cells):
    arguments = parser.parse_args()
    for name in arguments.only or ():
        if name not in cells:
            leave(64, f"unknown cell {name}; known: {', '.join(cells)}")
    if arguments.rounds is not None and arguments.rounds < 1:
        leave(64, "--rounds wants at least 1")
    return arguments


def find(candidates, what):
    for path in candidates:
        if os.access(path, os.X_OK):
            return os.path.abspath(path)
    leave(66, f"no {what}: tried {', '.join(candidates)}")


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


def exit_code(verdicts):
    if "fail" in verdicts:
        return 2
    return 1 if "not measured" in verdicts else 0


def show(name, arguments, bench, begin, found, text):
    """All of it on stdout; `found` has what was measured, and the gates.
    Returns the exit code."""
    code = exit_code({one["verdict"] for one in found["gates"]})
    results = {
        "bench": name,
        "quick": arguments.quick,
        "rounds": bench.rounds,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        "cores": bench.cores,
        **found,
        "notes": bench.notes,
        "seconds": time.monotonic() - begin,
        "ok": code == 0,
    }
    print(json.dumps(results) if arguments.json else text(results))
    return code


def on_signal(number, _frame):
    """The blocks that own the children end them on the way out."""
    if number == signal.SIGALRM:
        leave(75, "out of time")
    raise SystemExit(128 + number)


def limit_time(seconds):
    """From here on signals and the alarm end it in order."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, on_signal)
    signal.alarm(seconds)
