# SPDX-License-Identifier: MIT
"""junit.py [--strict] FILE...: prints "PASSED FAILED" over ctest's results.

A test that could not be started has failed. One that skipped itself has failed
too when --strict, else it is not counted.
"""

import sys
import xml.etree.ElementTree as ElementTree


def count(path, strict):
    passed = failed = 0
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        skipped = case.find("skipped")
        message = "" if skipped is None else skipped.get("message", "")
        if case.get("status") == "run":
            passed += 1
        elif message.startswith("SKIP_") or case.get("status") == "disabled":
            failed += strict
        else:
            failed += 1
    return passed, failed


def main():
    strict = "--strict" in sys.argv
    files = [a for a in sys.argv[1:] if a != "--strict"]
    counts = [count(f, strict) for f in files]
    print(sum(c[0] for c in counts), sum(c[1] for c in counts))


main()
