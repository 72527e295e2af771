#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The console blocks of the documentation, typed again.

A block is ```console: lines `$ COMMAND`, each followed by what it prints, on
stdout and stderr. In that `...` stands for anything within a line, and a line
of `...` alone for any lines. All blocks of a page run one after the other, by
one bash in one empty folder, where build/bight is `bight`; what runs in the
background is ended with the page. A block that cannot run is ```text.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

import serving
from serving import BIGHT

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^\s*```(\w*)\s*$")
MARK = "-- end of a command --"


def pages():
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text):
    """The lines of each console block, with the number of the first."""
    block, start, inside = [], 0, False
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if inside and fence and not fence[1]:
            yield start, block
            inside = False
        elif inside:
            block.append(line)
        elif fence and fence[1] == "console":
            block, start, inside = [], number + 1, True


def commands(page):
    """(line number, command, lines of output) of a page."""
    found = []
    for start, block in blocks(page.read_text(encoding="utf-8")):
        if block and not block[0].startswith("$ "):
            raise AssertionError(f"{page}:{start}: a block begins with '$ '")
        for number, line in enumerate(block, start):
            if line.startswith("$ "):
                found.append((number, line[2:], []))
            else:
                found[-1][2].append(line)
    return found


def pattern(lines):
    parts = []
    for line in lines:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part
                                    in line.split("...")) + r"\n")
    return re.compile("".join(parts))


def type_all(found, folder):
    """What each command printed."""
    lines = ["exec 2>&1", "trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT"]
    for _, command, _ in found:
        lines += [command, f"echo '{MARK}'"]
    os.symlink(os.path.abspath(BIGHT), folder + "/.bight")
    path = folder + "/.bin"
    os.mkdir(path)
    os.rename(folder + "/.bight", path + "/bight")
    result = subprocess.run(
        ["bash", "--norc"], input="\n".join(lines) + "\n", text=True,
        cwd=folder, stdout=subprocess.PIPE, check=False, timeout=60,
        env={"PATH": path + ":" + os.environ["PATH"], "HOME": folder,
             "LC_ALL": "C.UTF-8"})
    return result.stdout.split(MARK + "\n")


class Console(unittest.TestCase):
    def replay(self, page):
        found = commands(page)
        if not found:
            return 0
        with serving.folder() as folder:
            outputs = type_all(found, folder)
        self.assertEqual(len(outputs), len(found) + 1, outputs)
        for (number, command, wanted), got in zip(found, outputs):
            with self.subTest(f"{page.relative_to(ROOT)}:{number}: {command}"):
                if not pattern(wanted).fullmatch(got):
                    self.assertEqual(got, "".join(l + "\n" for l in wanted))
        return len(found)

    def test_what_the_pages_show_is_what_happens(self):
        total = sum(self.replay(page) for page in pages())
        sys.stderr.write(f"{total} commands\n")
        self.assertGreater(total, 0)

    def test_something_else_is_noticed(self):
        for wanted, got, same in (
                (["a...c"], "abc\n", True), (["a...c"], "abd\n", False),
                (["a", "...", "c"], "a\nb\nb\nc\n", True),
                (["a", "..."], "a\n", True), (["a"], "a\nb\n", False),
                ([], "a\n", False), (["a.c"], "abc\n", False)):
            self.assertEqual(bool(pattern(wanted).fullmatch(got)), same,
                             (wanted, got))


if __name__ == "__main__":
    unittest.main()
