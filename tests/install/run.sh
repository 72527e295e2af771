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
plugin_abi=$(pkg-config --variable=plugin_abi bight)
make -C "$here/consumer-pkgconfig" OUT="$work/pkgconfig" \
    >"$work/log" 2>&1 || cat "$work/log"
for program in shared static; do
    expect "pkg-config, $program" "$version" "$work/pkgconfig/consumer_$program"
done

# Plugins: the project of docs/howto, one in C++, one by pkg-config.
howto=$here/../../docs/howto/code/shout
notes=$here/../../docs/howto/code/notes
for project in "$howto" "$notes" "$here/consumer-plugin"; do
    out=$work/$(basename "$project")
    cmake -S "$project" -B "$out" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_INSTALL_PREFIX="$prefix" >"$work/log" 2>&1 || cat "$work/log"
    cmake --build "$out" >"$work/log" 2>&1 || cat "$work/log"
done
expect "howto, its test" ok \
    bash -c "ctest --test-dir '$work/shout' >/dev/null && echo ok"
expect "howto of HTTP, its test" ok \
    bash -c "ctest --test-dir '$work/notes' >/dev/null && echo ok"
expect "the same by pkg-config" ok bash -c "
    cc -o '$work/notes_pc' '$notes/notes_test.c' '$notes/notes.c' \
        \$(pkg-config --cflags --libs bight-http) && '$work/notes_pc' && echo ok"
hosts=$work/consumer-plugin
expect "the plugin ABI" "$plugin_abi" cat "$hosts/abi"
for host in "$hosts/host_shared" "$hosts/host_static"; do
    name=$(basename "$host")
    expect "$name, by path" $'SPEAK UP!\nHELLO' \
        "$host" "$work/shout/shout.so" hello
    expect "$name, by BIGHT_PLUGIN_PATH, C++" "hello from C++" \
        env BIGHT_PLUGIN_PATH="$hosts" "$host" hello-cxx ""
    expect "$name, not without it" "plugin hello-cxx: not found (NOT_FOUND)" \
        bash -c "! '$host' hello-cxx ''"
done
expect "a bundled one, beside the moved library" over \
    "$hosts/host_shared" echo over
cmake --install "$work/shout" >"$work/log" 2>&1 || cat "$work/log"
expect "an installed one, by name" $'SPEAK UP!\nHELLO' \
    "$hosts/host_shared" shout hello
expect "a plugin is built by make" ok bash -c "
    make -C '$here/consumer-pkgconfig' OUT='$work/pkgconfig' \
        PLUGIN='$howto/shout.c' '$work/pkgconfig/shout.so' >/dev/null && echo ok"
expect "and loaded" $'SPEAK UP!\nHELLO' \
    "$hosts/host_shared" "$work/pkgconfig/shout.so" hello
expect "a missing symbol is found at link time" ok bash -c "
    echo 'extern int nobody(void); int f(void); int f(void) { return nobody(); }' \
        >'$work/missing.c'
    ! make -C '$here/consumer-pkgconfig' OUT='$work/pkgconfig' \
        PLUGIN='$work/missing.c' '$work/pkgconfig/missing.so' \
        >/dev/null 2>&1 && echo ok"

if [[ -x $prefix/bin/bight ]]; then
    BIGHT_PLUGIN_PATH=$hosts "$prefix/bin/bight" serve hello-cxx \
        "unix:$work/hello.sock" >"$work/log" 2>&1 &
    server=$!
    expect "the program serves a plugin from a folder" "hello from C++" \
        python3 "$here/talk.py" "$work/hello.sock" ""
    kill -TERM "$server"
    wait "$server" || cat "$work/log"
    expect "the program finds its library" ok env -u LD_LIBRARY_PATH \
        bash -c "'$prefix/bin/bight' --version >/dev/null && echo ok"
fi
if grep -rlF -e "$work/first" -e "$build" "$libdir/cmake" "$libdir/pkgconfig"
then
    echo "FAILED: a place of the build is written in these files"
    failures=$((failures + 1))
fi
[[ $failures == 0 ]]
