#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The readable form of what was measured."""

import statistics

from gates import cpu, ratios


TIME_HEAD = (
    "  server     CPU us/message: best  median   rate/s   p50 us   p99 us"
    "   every round"
)
COUNT_HEAD = (
    "  per message  recv   send  epoll_ctl  epoll_wait  other  allocations"
    "  instructions  polls"
)


def number(value, width, digits):
    if value is None:
        return "-".rjust(width)
    return f"{value:{width}.{digits}f}"


def time_lines(entry):
    yield TIME_HEAD
    for name, one in entry["servers"].items():
        rounds = one["rounds"]
        used = cpu(entry, name)
        fields = [
            f"  {name:<10}{min(used):21.2f}{statistics.median(used):8.2f}",
            f"{statistics.median(r['rate'] for r in rounds):9.0f}",
            f"{statistics.median(r['p50_us'] for r in rounds):9.1f}",
            f"{statistics.median(r['p99_us'] for r in rounds):9.1f}",
            "   " + " ".join(f"{value:.2f}" for value in used),
        ]
        yield "".join(fields)


def ratio_line(entry):
    parts = []
    for name in entry["servers"]:
        if name != "bight":
            found = ratios(entry, name)
            parts.append(f"{name} {found['best']:.2f} ({found['median']:.2f})")
    return "  CPU over bight's, best (median): " + ", ".join(parts)


def count_lines(entry):
    servers = entry["servers"]
    if all(one["allocations"] is None for one in servers.values()):
        return
    yield COUNT_HEAD
    for name, one in servers.items():
        calls, spent = one["calls"] or {}, one["instructions"] or {}
        yield "".join(
            (
                f"  {name:<10}",
                number(calls.get("recv"), 7, 3),
                number(calls.get("send"), 7, 3),
                number(calls.get("epoll_ctl"), 11, 3),
                number(calls.get("epoll_wait"), 12, 3),
                number(calls.get("other"), 7, 3),
                number(one["allocations"], 13, 3),
                number(spent.get("instructions"), 14, 1),
                number(spent.get("waits"), 7, 3),
            )
        )


def cell_lines(name, entry):
    cell = entry["cell"]
    connect = cell["mode"] == "connect"
    what = "connect, message, close" if connect else "echo"
    deep = f", {cell['depth']} deep" if cell["depth"] > 1 else ""
    many = f"{cell['connections']} connections"
    yield f"{name}: {what}, {cell['size']} bytes, {many}{deep}"
    yield from time_lines(entry)
    yield ratio_line(entry)
    yield from count_lines(entry)
    yield ""


def idle_lines(idle):
    yield "idle: memory per connection after one message each, over 10000"
    for name, one in idle.items():
        own = f"{one['anonymous']:.0f} of them anonymous"
        yield f"  {name:<10}{one['rss']:7.0f} bytes, {own}"
    yield ""


def gate_lines(gates):
    for one in gates:
        limit = f"{one['relation']} {one['limit']:g}"
        aim = one["aim"]
        short = aim is not None and one["value"] < aim
        note = f"  (aim {aim:g})" if short else ""
        yield (
            f"  {one['verdict']:<13}{one['cell']:<11}{one['name']:<32}"
            f"{number(one['value'], 9, 3)}  {limit}{note}"
        )


def end_lines(results):
    """The gates, what is to be noted, and the sum of it."""
    lines = ["gates", *gate_lines(results["gates"])]
    lines += [f"note: {note}" for note in results["notes"]]
    verdicts = [one["verdict"] for one in results["gates"]]
    counts = ", ".join(
        f"{verdicts.count(verdict)} {verdict}"
        for verdict in ("pass", "fail", "not measured", "info")
        if verdict in verdicts
    )
    lines.append(f"{len(verdicts)} gates: {counts}; {results['seconds']:.0f} s")
    return lines


def text(results):
    lines = []
    for name, entry in results["cells"].items():
        lines += cell_lines(name, entry)
    if results["idle"]:
        lines += idle_lines(results["idle"])
    return "\n".join([*lines, *end_lines(results)])
