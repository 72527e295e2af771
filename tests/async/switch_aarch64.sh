#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# switch_aarch64.sh COMPILER RUNNER FOLDER: the switch of tasks and the program
# that tries it, built for aarch64 in FOLDER and run: with and without
# optimisation, with branch protection, and the portable one.
set -euo pipefail
compiler=$1
runner=$2
folder=$3
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$folder"

try() {
    "$compiler" -std=c11 -D_GNU_SOURCE -static -I"$source/src" \
        -Wall -Wextra -Wpedantic -Werror "$@" \
        "$source"/tests/async/switch_machine.c \
        "$source"/src/async/switch_*.c -lm -o "$folder/switch"
    timeout 60 "$runner" "$folder/switch"
}

for level in -O0 -O2; do
    try "$level"
    try "$level" -mbranch-protection=standard
    try "$level" -DBIGHT_SWITCH_PORTABLE=1
done
