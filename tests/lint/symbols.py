# SPDX-License-Identifier: MIT
"""symbols.py BUILD_DIR: libbight.so exports what the headers declare, exactly.

The testing library is an archive; its headers must declare nothing that
libbight.so exports.
"""

import pathlib
import re
import subprocess
import sys

import tree

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:.*\\\n)*.*$", re.M)
DECLARATION = re.compile(r"\bBIGHT_API\b([^;{]*)[;{]")
FUNCTION = re.compile(r"\b(bight_\w+)\s*\(")
OBJECT = re.compile(r"\b(bight_\w+)\s*(?:\[[^]]*\])?\s*$")


def declared(name):
    text = DIRECTIVE.sub("", COMMENT.sub(" ", tree.read(name)))
    found = set()
    for declaration in DECLARATION.findall(text):
        match = FUNCTION.search(declaration) or OBJECT.search(declaration)
        if match:
            found.add(match[1])
    return found


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", str(library)],
                           check=True, capture_output=True,
                           text=True).stdout.splitlines()
    symbols = (line.split()[-2:] for line in lines)
    return {name.split("@")[0] for kind, name in symbols if kind != "A"}


def main():
    problems = []
    public, testing = {}, {}
    for name in tree.sources():
        if name.startswith("include/"):
            side = testing if re.match(r"include/bight/testing", name) else public
            side.update((symbol, name) for symbol in declared(name))
    library = exported(pathlib.Path(sys.argv[1]) / "libbight.so")
    library = {s for s in library if not s.startswith(("__asan", "__odr_asan",
                                                       "__gcov", "mangle_"))}
    for symbol in sorted(public.keys() - library):
        problems.append(f"{public[symbol]}: {symbol} is not exported")
    for symbol in sorted(library - public.keys()):
        problems.append(f"libbight.so exports {symbol}: no header declares it")
    for symbol in sorted(testing.keys() & library):
        problems.append(f"{testing[symbol]}: {symbol} is in libbight.so")
    tree.finish("symbols", problems)


main()
