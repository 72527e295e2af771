# SPDX-License-Identifier: MIT
"""symbols.py BUILD_DIR: a library exports what its headers declare, exactly.

Headers called http* or redis* are those of libbight-http.so and libbight-redis.so,
all others libbight.so's.
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
# What sanitizers and the like add.
BUILDERS = ("__asan", "__odr_asan", "__gcov", "mangle_")
OWNERS = {"include/bight/http": "libbight-http.so",
          "include/bight/redis": "libbight-redis.so",
          "include/bight/testing": "testing"}
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
    names = {name.split("@")[0] for kind, name in symbols if kind != "A"}
    return {name for name in names if not name.startswith(BUILDERS)}


def compare(library, public, symbols):
    """public: symbol -> header."""
    for symbol in sorted(public.keys() - symbols):
        yield f"{public[symbol]}: {symbol} is not exported"
    for symbol in sorted(symbols - public.keys()):
        yield f"{library} exports {symbol}: no header declares it"


def main():
    problems = []
    sides = {"libbight.so": {}, "libbight-http.so": {}, "libbight-redis.so": {},
             "testing": {}}
    for name in tree.sources():
        if not name.startswith("include/"):
            continue
        side = "libbight.so"
        for prefix, owner in OWNERS.items():
            if name.startswith(prefix):
                side = owner
        sides[side].update((symbol, name) for symbol in declared(name))
    testing = sides.pop("testing")
    for library, public in sides.items():
        symbols = exported(pathlib.Path(sys.argv[1]) / library)
        problems += compare(library, public, symbols)
        for symbol in sorted(testing.keys() & symbols):
            problems.append(f"{testing[symbol]}: {symbol} is in {library}")
    tree.finish("symbols", problems)


main()
