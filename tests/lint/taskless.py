# SPDX-License-Identifier: MIT
"""taskless.py CALLBACKS_ONLY WITH_TASKS: what does not use tasks has none (K8).

Both programs have the library linked in. That the second has their symbols
proves that this would see them in the first.
"""

import re
import subprocess
import sys

TASKS = re.compile(
    r" (bight__(task|stack|switch|guard|overflow|park|unpark|group)\w*"
    r"|bight_(spawn|await|sleep|yield|task|deadline_|shield|group)\w*)$", re.M)
LEAST = 30


def symbols(program):
    text = subprocess.run(["nm", program], check=True, capture_output=True,
                          text=True).stdout
    return {found[0] for found in TASKS.findall(text)}


def main():
    without, beside = (symbols(program) for program in sys.argv[1:3])
    for name in sorted(without):
        print(f"{sys.argv[1]}: has {name}")
    if len(beside) < LEAST:
        print(f"{sys.argv[2]}: has {len(beside)} symbols of tasks only")
    print(f"taskless: {len(without)} here, {len(beside)} there")
    sys.exit(bool(without) or len(beside) < LEAST)


main()
