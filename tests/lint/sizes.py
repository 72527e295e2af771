# SPDX-License-Identifier: MIT
"""Lengths of files and functions, by the table in docs/design/style.md.

Above "never" is a problem; above "discuss" is only said. A function most of
which is one switch counts as a parser. Relies on the format: the braces of a
function are alone in the first column.
"""

import re

import tree

FILES = {"header": (150, 300), "source": (400, 800), "test": (500, 1000)}
FUNCTION = (40, 60)
PARSER = (80, 120)


def kind(name):
    if name.startswith("tests/"):
        return "test"
    return "header" if name.endswith(".h") else "source"


def functions(lines):
    """Yields (name, line number, body) of each function."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            head = start - 1
            while head > 0 and re.match(r"\s", lines[head]):
                head -= 1
            found = re.search(r"(\w+)\s*\(", lines[head])
            name = found[1] if found else "?"
            if name in ("START_TEST", "END_TEST"):
                name = lines[head]
            yield name, head + 1, lines[start + 1:number]
            start = None


def is_parser(body):
    """Is more than half of the body one switch?"""
    for first, line in enumerate(body):
        found = re.match(r"(\s*)switch \(", line)
        if not found:
            continue
        for last in range(first + 1, len(body)):
            if body[last] == found[1] + "}":
                if (last - first) * 2 > len(body):
                    return True
                break
    return False


def main():
    problems = []
    remarks = []

    def judge(what, length, limits):
        if length > limits[1]:
            problems.append(f"{what}: {length} lines, never above {limits[1]}")
        elif length > limits[0]:
            remarks.append(f"{what}: {length} lines, discuss above {limits[0]}")

    for name in tree.sources():
        lines = tree.read(name).splitlines()
        judge(name, len(lines), FILES[kind(name)])
        for function, number, body in functions(lines):
            limits = PARSER if is_parser(body) else FUNCTION
            judge(f"{name}:{number}: {function}", len(body), limits)
    for remark in remarks:
        print(remark)
    tree.finish("sizes", problems)


main()
