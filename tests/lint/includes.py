# SPDX-License-Identifier: MIT
"""Floors, doors and the first line of each C file.

Floor: a file includes its own folder or a lower floor. Door: each outside
library is included only by the files that own it. Programs and protocols see
the public headers, libc and their own folder.
"""

import re

import tree

FLOORS = {"base": 0, "loop": 1, "async": 2, "wire": 3, "net": 4, "framing": 4,
          "policy": 4, "sim": 4, "endpoint": 5, "plugin": 6, "service": 7,
          "testing": 8}

DOORS = [
    (re.compile(r"^uv(\.h|/)"),
     re.compile(r"src/(loop|net|plugin)/|include/bight/uv\.h$|tests/")),
    (re.compile(r"^openssl/"),
     re.compile(r"src/net/tls[^/]*\.c$|include/bight/openssl\.h$")),
    (re.compile(r"^http_parser\.h$"),
     re.compile(r"protocols/http/head\.c$|tests/")),
    (re.compile(r"^(zlib\.h$|brotli/)"),
     re.compile(r"protocols/http/coder\.c$|tests/")),
]

LIBC = re.compile(
    r"^(assert|complex|ctype|dirent|dlfcn|err|errno|fcntl|fenv|float|fnmatch"
    r"|getopt|glob|grp|inttypes|iso646|langinfo|libgen|limits|locale|math"
    r"|netdb|poll|pthread|pwd|regex|sched|semaphore|setjmp|signal|spawn"
    r"|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib"
    r"|stdnoreturn|string|strings|sysexits|syslog|termios|tgmath|time|uchar"
    r"|ucontext|unistd|wchar|wctype|(sys|net|netinet|arpa|linux)/\w+)\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')


def public_floors():
    """bight/NOUN.h -> folder, where one folder alone has a file NOUN."""
    owners = {}
    for name in tree.sources():
        parts = name.split("/")
        if len(parts) == 3 and parts[0] == "src" and parts[1] in FLOORS:
            noun = parts[2].rsplit(".", 1)[0]
            owners.setdefault(f"bight/{noun}.h", set()).add(parts[1])
    return {h: f.pop() for h, f in owners.items() if len(f) == 1}


def may_include(folder, other):
    """May code of `folder` include what belongs to `other`?"""
    return folder == other or FLOORS[other] < FLOORS[folder]


def judge_floor(folder, quoted, target, public):
    if quoted:
        other = target.split("/")[0]
        if "/" not in target or other not in FLOORS:
            return "write it as FOLDER/NAME.h"
    else:
        other = public.get(target)
    if other and not may_include(folder, other):
        return f"{folder} may not include {other}"
    return None


def judge_header(name, quoted, target, public):
    if quoted:
        return "a public header includes only public ones"
    folder = public.get(name.removeprefix("include/"))
    return judge_floor(folder, False, target, public) if folder else None


def judge_user(name, quoted, target):
    """Programs, protocols and examples."""
    if quoted:
        if "/" in target:
            return "only the folder's own headers may be quoted"
        return None
    if target.startswith("bight/") or target == "bight.h":
        return None
    if LIBC.match(target) or any(d.match(target) for d, _ in DOORS):
        return None
    return "neither libc nor <bight/...>"


def judge(name, quoted, target, public):
    for door, allowed in DOORS:
        if not quoted and door.match(target) and not allowed.match(name):
            return "that door is elsewhere"
    parts = name.split("/")
    if parts[0] == "include":
        return judge_header(name, quoted, target, public)
    if parts[0] in ("protocols", "docs") or parts[:2] == ["src", "cli"]:
        return judge_user(name, quoted, target)
    if parts[0] == "src" and parts[1] in FLOORS:
        return judge_floor(parts[1], quoted, target, public)
    return None


def main():
    problems = []
    public = public_floors()
    for name in tree.sources():
        lines = tree.read(name).splitlines()
        if not lines or "SPDX-License-Identifier: MIT" not in lines[0]:
            problems.append(f"{name}:1: no SPDX line")
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            verdict = judge(name, found[1] == '"', found[2], public)
            if verdict:
                problems.append(f"{name}:{number}: {found[2]}: {verdict}")
    tree.finish("includes", problems)


main()
