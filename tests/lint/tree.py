# SPDX-License-Identifier: MIT
"""What the lints share: the files of the tree, and how to report."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files():
    """Every file of the tree that is, or may become, part of a commit."""
    if (ROOT / ".git").exists():
        names = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z",
             "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout.split("\0")
    else:
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*")
                 if p.relative_to(ROOT).parts[0] != "build"]
    return sorted(n for n in set(names) if n and (ROOT / n).is_file())


def sources():
    """The C files among them."""
    return [n for n in files() if n.endswith((".c", ".h"))]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def finish(what, problems):
    """Prints the problems, one a line, and ends the program."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problem(s)")
    sys.exit(1 if problems else 0)
