# SPDX-License-Identifier: MIT
"""docs.py [BUILD_DIR]: the code in the documentation is code that compiles.

Each fenced C block of README.md and docs/ stands, verbatim, in the file that a
line above it names: <!-- from: code/loop_hello.c -->, relative to the page or
to the top of the tree. That file is a public header, or one that the build
compiles. A CMake block may have such a line; its file is part of a project that
tests/install builds. docs/design is left out: it also shows what is yet to come.
"""

import json
import pathlib
import re
import sys

import tree

MARK = re.compile(r"^<!-- from: (\S+) -->$")
FENCE = re.compile(r"^(\s*)(```+)\s*(\w*)\s*$")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")


def pages():
    return [n for n in tree.files()
            if n == "README.md" or (n.startswith("docs/") and n.endswith(".md")
                                    and not n.startswith("docs/design/"))]


def blocks(lines):
    """Yields (line number, language, marked file or None, text) of each."""
    mark = None
    start = None
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if start is not None:
            if fence and fence[2] == start[1] and not fence[3]:
                yield (start[0], start[2], mark,
                       "".join(text + "\n" for text in lines[start[0]:number - 1]))
                start = mark = None
        elif fence:
            start = (number, fence[2], fence[3].lower())
        elif line.strip():
            found = MARK.match(line)
            mark = found[1] if found else None


def compiled():
    """What the build compiles; None if it did not say."""
    if len(sys.argv) < 2:
        return None
    commands = pathlib.Path(sys.argv[1]) / "compile_commands.json"
    if not commands.exists():
        return None
    names = set()
    for command in json.loads(commands.read_text(encoding="utf-8")):
        path = pathlib.Path(command["directory"], command["file"]).resolve()
        if path.is_relative_to(tree.ROOT):
            names.add(str(path.relative_to(tree.ROOT)))
    return names


def find(page, target):
    """The file of the tree that a mark or a link means, or None."""
    for base in (tree.ROOT / page).parent, tree.ROOT:
        path = (base / target).resolve()
        if path.exists() and path.is_relative_to(tree.ROOT):
            return path
    return None


def judge(page, mark, text, built):
    if mark is None:
        return "C without a line <!-- from: FILE --> above it"
    path = find(page, mark)
    if path is None or not path.is_file():
        return f"{mark}: no such file"
    name = str(path.relative_to(tree.ROOT))
    if not name.startswith("include/") and built is not None \
            and name not in built and path.name != "CMakeLists.txt":
        return f"{name} is not compiled"
    if "\n" + text not in "\n" + path.read_text(encoding="utf-8"):
        return f"this is not in {name}"
    return None


def main():
    problems = []
    built = compiled()
    for page in pages():
        lines = tree.read(page).splitlines()
        for number, language, mark, text in blocks(lines):
            verdict = None
            if language in ("c", "h") or (language == "cmake" and mark):
                verdict = judge(page, mark, text, built)
            elif mark is not None:
                verdict = "a mark above a block that is neither C nor CMake"
            if verdict:
                problems.append(f"{page}:{number}: {verdict}")
        for number, line in enumerate(lines, 1):
            for target in LINK.findall(line):
                if find(page, target) is None:
                    problems.append(f"{page}:{number}: {target}: no such file")
    tree.finish("docs", problems)


main()
