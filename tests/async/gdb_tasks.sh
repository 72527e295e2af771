#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gdb_tasks.sh PROGRAM: what docs/debug/bight-gdb.py shows of its tasks.
set -euo pipefail
program=$1
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if ! gdb -q -nx -batch -ex 'python print(7)' 2>&1 | grep -q '^7'; then
    echo "gdb_tasks.sh: gdb has no Python"
    exit 77
fi

said=$(timeout 60 gdb -q -nx -batch -ex 'set debuginfod enabled off' \
    -ex 'break look_here' -ex run \
    -ex "source $source/docs/debug/bight-gdb.py" \
    -ex 'bight tasks the_loop' -ex 'bight where the_loop all' \
    -ex 'backtrace 1' -ex continue "$program" 2>&1) || true
if grep -q 'ptrace: Operation not permitted' <<<"$said"; then
    echo "gdb_tasks.sh: no ptrace here"
    exit 77
fi

# expect COUNT PATTERN: so many lines of what gdb said.
expect() {
    local count
    count=$(grep -cE "$2" <<<"$said") || true
    [[ $count == "$1" ]] || {
        echo "$said"
        echo "gdb_tasks.sh: $count lines, not $1, have: $2"
        exit 1
    }
}

expect 2 '"dreamer" parked, waits at sleep_deeply .*, made at main'
expect 2 '"unnamed" awaiting, waits at waiter .*, made at main'
expect 1 '^2 tasks'
expect 3 'in sleep_deeply \(depth='
expect 1 'in sleeper \('
expect 1 'in bight_sleep \('
expect 1 'in waiter \('
expect 2 'switch_begin'
expect 0 'corrupt'
expect 1 '^#0 +look_here'
expect 1 'exited normally'
