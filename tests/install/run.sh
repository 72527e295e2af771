#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD_DIR: installs bight under a temporary prefix, then builds and
# runs programs that know nothing but that prefix.
set -euo pipefail

build=$(cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/moved
failures=0

expect() {
    local what=$1 wanted=$2
    shift 2
    local got
    if got=$("$@" 2>&1) && [[ $got == "$wanted" ]]; then
        echo "ok: $what"
    else
        echo "FAILED: $what: wanted '$wanted', got '$got'"
        failures=$((failures + 1))
    fi
}

# Installed somewhere, then moved: nothing may remember the first place.
cmake --install "$build" --prefix "$work/first" >"$work/install.log"
mv "$work/first" "$prefix"
pc=$(find "$prefix" -name bight.pc)
libdir=$(dirname "$(dirname "$pc")")
version=$(sed -n 's/^Version: //p' "$pc")
export LD_LIBRARY_PATH=$libdir

cmake -S "$here/consumer-cmake" -B "$work/cmake" -G Ninja \
    -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1 || cat "$work/log"
cmake --build "$work/cmake" >"$work/log" 2>&1 || cat "$work/log"
for program in shared static testing cxx; do
    expect "cmake, $program" "$version" "$work/cmake/consumer_$program"
done

export PKG_CONFIG_PATH=$libdir/pkgconfig
expect "pkg-config, plugindir" "$libdir/bight/plugins" \
    realpath -m "$(pkg-config --variable=plugindir bight)"
expect "pkg-config, abi" 0 pkg-config --variable=abi bight
make -C "$here/consumer-pkgconfig" OUT="$work/pkgconfig" \
    >"$work/log" 2>&1 || cat "$work/log"
for program in shared static; do
    expect "pkg-config, $program" "$version" "$work/pkgconfig/consumer_$program"
done

if [[ -x $prefix/bin/bight ]]; then
    expect "the program finds its library" ok env -u LD_LIBRARY_PATH \
        bash -c "'$prefix/bin/bight' --version >/dev/null && echo ok"
fi
if grep -rlF -e "$work/first" -e "$build" "$libdir/cmake" "$libdir/pkgconfig"
then
    echo "FAILED: a place of the build is written in these files"
    failures=$((failures + 1))
fi
[[ $failures == 0 ]]
