# SPDX-License-Identifier: MIT
"""docs/design/conformance.md names each case of the suite, and no other."""

import re

import tree

TABLE = "docs/design/conformance.md"
CASE = re.compile(r'\{"(T\d+)",\s*((?:"[^"]*"\s*)+),')
ROW = re.compile(r"^\| (T\d+) \| [^|]+ \| ([^|]+) \|$", re.M)


def played():
    """(rule, sentence) of every case; a string may be in several pieces."""
    for name in tree.sources():
        if re.match(r"src/testing/conformance_\w+\.c$", name):
            for rule, text in CASE.findall(tree.read(name)):
                yield rule, "".join(re.findall(r'"([^"]*)"', text))


def main():
    cases = list(played())
    rows = ROW.findall(tree.read(TABLE))
    problems = [f"{TABLE}: no row for {rule}: {text}"
                for rule, text in cases if (rule, text) not in rows]
    problems += [f"{TABLE}: no such case, {rule}: {text}"
                 for rule, text in rows if (rule, text) not in cases]
    problems += [f"{rule}: two cases called \"{text}\""
                 for rule, text in sorted(set(cases))
                 if cases.count((rule, text)) > 1]
    tree.finish("conformance", problems)


main()
