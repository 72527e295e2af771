#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""GETs through libbight-redis and through hiredis on libuv, against one real
server: CPU, instructions, system calls and allocations per command.

Exit code 0: every gate passes; 2: one fails; 1: one could not be measured,
or a program misbehaved; 64: usage; 66: a program is missing.
"""

import sys

sys.dont_write_bytecode = True  # before the neighbours are imported

import argparse
import contextlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time

import report
from gates import gate
from measure import parse_callgrind, parse_strace
from processes import BenchError

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CLIENTS = ("bight", "hiredis")
DEPTHS = (1, 10, 100, 1000)
SECONDS = 120  # no run may take longer
LEAST = 0.9  # of hiredis's speed
COUNTED = 100  # the depth whose counts are judged


def leave(code, message):
    print(f"redis.py: {message}", file=sys.stderr)
    raise SystemExit(code)


def parse_arguments():
    summary, exits = __doc__.split("\n\n")
    parser = argparse.ArgumentParser(
        prog="redis.py", description=summary, epilog=exits
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--quick", action="store_true", help="fewer rounds and commands"
    )
    parser.add_argument("--bench-dir", metavar="DIR", help="of the programs")
    parser.error = lambda message: leave(64, message)
    return parser.parse_args()


def find_programs(wanted):
    folder = wanted or (
        os.environ.get("BIGHT_BUILD_DIR", f"{ROOT}/build") + "/tests/bench"
    )
    programs = {}
    for name in CLIENTS:
        programs[name] = os.path.join(folder, f"bench_redis_{name}")
        if not os.access(programs[name], os.X_OK):
            leave(66, f"no {programs[name]} (apt: libhiredis-dev)")
    if not shutil.which("redis-server"):
        leave(66, "no redis-server (apt: redis-server)")
    programs["alloc_count"] = os.path.join(folder, "bench_alloc_count.so")
    return programs


@contextlib.contextmanager
def redis_server():
    """One of our own, on a socket file, that keeps nothing."""
    with tempfile.TemporaryDirectory(prefix="bight-") as folder:
        path = f"{folder}/s"
        argv = ["redis-server", "--port", "0", "--unixsocket", path]
        argv += ["--save", "", "--dir", folder]
        server = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        try:
            wait_for(server, path)
            ask = ["redis-cli", "-s", path]
            value = ["set", "bench:key", "0123456789abcdef"]
            subprocess.run(ask + value, check=True, capture_output=True)
            yield path
        finally:
            server.terminate()
            server.wait(30)


def wait_for(server, path):
    deadline = time.monotonic() + 30
    while not os.path.exists(path):
        if server.poll() is not None or time.monotonic() > deadline:
            raise BenchError("redis-server does not listen")
        time.sleep(0.02)


def run(program, path, count, depth, tool=(), env=None):
    """Microseconds of CPU for each command."""
    argv = [*tool, program, path, str(count), str(depth)]
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env={**os.environ, **(env or {})},
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{argv} took over {SECONDS} s") from None
    if done.returncode != 0:
        raise BenchError(f"{argv}: {done.stderr.strip()[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    if found["commands"] != count:
        raise BenchError(f"{argv}: {found}")
    return found["cpu_us"] / count


def times(programs, path, depth, quick):
    """The clients take turns, and each round begins with another one."""
    count = 20000 * min(depth, 10) // (4 if quick else 1)
    rounds = {name: [] for name in CLIENTS}
    for turn in range(3 if quick else 9):
        for name in CLIENTS if turn % 2 == 0 else reversed(CLIENTS):
            rounds[name].append(run(programs[name], path, count, depth))
    return rounds


def slope(depth, total):
    """Start and end cancel out."""
    short, more = 20 * depth, 50 * depth
    first, second = total(short), total(short + more)
    return {key: (second[key] - first[key]) / more for key in second}


def under_callgrind(program, path, depth):
    def total(count):
        with tempfile.NamedTemporaryFile("r") as out:
            output = f"--callgrind-out-file={out.name}"
            run(program, path, count, depth, ["valgrind", "--tool=callgrind", output])
            return parse_callgrind(out.read())

    return slope(depth, total)["instructions"]


def under_strace(program, path, depth):
    def total(count):
        with tempfile.NamedTemporaryFile("r") as out:
            run(program, path, count, depth, ["strace", "-f", "-c", "-o", out.name])
            return parse_strace(out.read())

    return slope(depth, total)


def allocations(program, library, path, depth):
    def total(count):
        with tempfile.NamedTemporaryFile("r") as out:
            env = {"LD_PRELOAD": library, "BENCH_ALLOC_FILE": out.name}
            run(program, path, count, depth, env=env)
            return json.load(out)

    return slope(depth, total)["total"]


def counts(programs, path, depth):
    found = {}
    for name in CLIENTS:
        program = programs[name]
        found[name] = {
            "instructions": under_callgrind(program, path, depth),
            "calls": under_strace(program, path, depth),
            "allocations": allocations(
                program, programs["alloc_count"], path, depth
            ),
        }
    return found


def judge(cells, counted):
    for depth, rounds in cells.items():
        pairs = [b / a for a, b in zip(rounds["bight"], rounds["hiredis"])]
        value = statistics.median(pairs)
        yield gate(f"{depth} deep", "CPU of hiredis/bight", value, ">=", LEAST)
    bight, hiredis = counted["bight"], counted["hiredis"]
    value = hiredis["instructions"] / bight["instructions"]
    cell = f"{COUNTED} deep"
    yield gate(cell, "instructions of hiredis/bight", value, ">=", LEAST)
    sends = bight["calls"]["send"]
    yield gate(cell, "sends per command", sends, "<=", 1.5 / COUNTED)
    value = bight["allocations"]
    yield gate(cell, "allocations per command", value, "=", 0)


def text(results):
    lines = []
    for depth, rounds in results["cells"].items():
        lines.append(f"{depth} under way: CPU us per command, best and median")
        for name in CLIENTS:
            used = rounds[name]
            lines.append(
                f"  {name:<8}{min(used):8.3f}{statistics.median(used):8.3f}   "
                + " ".join(f"{value:.3f}" for value in used)
            )
    lines.append(f"{COUNTED} under way, per command")
    for name, one in results["counts"].items():
        calls = ", ".join(f"{k} {v:.3f}" for k, v in one["calls"].items())
        lines.append(
            f"  {name:<8}{one['instructions']:7.0f} instructions, "
            f"{one['allocations']:.2f} allocations; {calls}"
        )
    lines += ["", "gates", *report.gate_lines(results["gates"])]
    return "\n".join(lines)


def main():
    arguments = parse_arguments()
    programs = find_programs(arguments.bench_dir)
    begin = time.monotonic()
    try:
        with redis_server() as path:
            cells = {d: times(programs, path, d, arguments.quick) for d in DEPTHS}
            counted = counts(programs, path, COUNTED)
    except (BenchError, subprocess.SubprocessError) as error:
        leave(1, error)
    found = list(judge(cells, counted))
    failed = any(one["verdict"] == "fail" for one in found)
    results = {
        "bench": "redis",
        "quick": arguments.quick,
        "machine": f"{platform.machine()}, Linux {platform.release()}",
        "cells": cells,
        "counts": counted,
        "gates": found,
        "seconds": time.monotonic() - begin,
        "ok": not failed,
    }
    print(json.dumps(results) if arguments.json else text(results))
    return 2 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
