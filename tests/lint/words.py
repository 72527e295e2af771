# SPDX-License-Identifier: MIT
"""No path of somebody's machine, and no open end without an issue number."""

import re

import tree

CODE = (".c", ".h", ".py", ".sh", ".cmake", ".txt", ".in", "dev", "run")
OPEN_END = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#\d+\))")
HOME = re.compile(r"(?<![\w.~*$})/-])/(home|Users)/\w+|(?<![\w.*$})/-])/root\b")


def machine_paths():
    """The place of this very checkout, and the folder around it."""
    parts = tree.ROOT.parts
    if len(parts) <= 2:
        return []
    found = [str(tree.ROOT)]
    if parts[1] not in ("tmp", "src", "usr", "opt", "home",
                                           "build", "var", "root"):
        found.append("/" + parts[1] + "/")
    return [re.compile(r"(?<![\w.*$})/-])" + re.escape(p)) for p in found]


def main():
    problems = []
    forbidden = machine_paths() + [HOME]
    for name in tree.files():
        for number, line in enumerate(tree.read(name).splitlines(), 1):
            for pattern in forbidden:
                if pattern.search(line):
                    problems.append(f"{name}:{number}: a path of one machine")
            if name.endswith(CODE) and OPEN_END.search(line):
                problems.append(f"{name}:{number}: give it an issue number")
    tree.finish("words", problems)


main()
