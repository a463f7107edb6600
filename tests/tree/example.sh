#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The whole program of the public header's first page builds, as it is written there, against what `meson install` puts
# down, found by pkg-config; and it edits a tensor.
# usage: example.sh BUILD_FOLDER TOOL SOURCE_ROOT
set -eu
build=$1 tool=$(realpath "$2") root=$3
golden=$root/tests/golden/tiny_LayerNorm_sp4_full
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" && exit 1; }

meson install -C "$build" --no-rebuild --quiet --tags devel,runtime --destdir "$work/installed" >"$work/log" 2>&1 ||
  { cat "$work/log" && fail "installing"; }
pc=$(find "$work/installed" -name stylemap.pc)
[ -n "$pc" ] || fail "no stylemap.pc is installed"
export PKG_CONFIG_LIBDIR=${pc%/*} PKG_CONFIG_SYSROOT_DIR=$work/installed
cd "$work"
sed -n '/^ \* A WHOLE PROGRAM/,/^ \*\//s/^ \*   //p' "$root/core/stylemap.h" >example.c
[ "$(wc -l <example.c)" -gt 10 ] || fail "no program in stylemap.h"
cc -std=c11 -Wall -Wextra -Werror example.c -o example $(pkg-config --cflags --libs stylemap)
LD_LIBRARY_PATH=$work/installed$(PKG_CONFIG_SYSROOT_DIR= pkg-config --variable=libdir stylemap)
export LD_LIBRARY_PATH
ldd example | grep -q "$work/installed.*libstylemap.so" || fail "it runs with another libstylemap"

"$tool" slice $golden.golden.safetensors x 0 target.safetensors image >/dev/null
"$tool" slice $golden.golden.safetensors x 1 reference.safetensors image >/dev/null
"$tool" slice $golden.golden.safetensors image 0 target-again.safetensors image >/dev/null
"$tool" slice $golden.golden.safetensors image 1 reference-again.safetensors image >/dev/null
# nothing and all of the reference: what the reference evaluation draws of the target and of the reference
for weight in 0 1; do
  "$tool" fill 1 1 32 32 $weight mask mask.safetensors
  ./example $golden.safetensors target.safetensors reference.safetensors mask.safetensors result.safetensors
  expected=target-again
  [ $weight = 0 ] || expected=reference-again
  "$tool" near $expected.safetensors image result.safetensors image || fail "mask $weight is not $expected"
done
! "$tool" near target-again.safetensors image result.safetensors image >/dev/null || fail "this test sees no difference"
! ./example 2>said || fail "it runs without files"
grep -q 'five files' said || fail "it says: $(cat said)"
! ./example missing target.safetensors reference.safetensors mask.safetensors result.safetensors 2>said ||
  fail "it runs without a model"
grep -q missing said || fail "it says: $(cat said)"
echo "the header's program works"
