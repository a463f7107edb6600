#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The kernels' tests, compiled for 64-bit ARM and run under qemu's user emulation.
#   neon.sh SOURCE_ROOT BUILD_FOLDER
set -eu
root=$1
cd "$root"
for test in convolutions elements check; do
  out=$2/test-$test-neon
  "${ARM_CC:-aarch64-linux-gnu-gcc}" ${ARM_FLAGS:-} -std=c11 -O2 -Wall -Wextra -Wundef -Wno-unused-parameter -ffp-contract=off -D_GNU_SOURCE -static \
    -Icore -Itests -Itests/kernels "tests/kernels/$test.c" tests/kernels/oracle.c core/kernels/isa-neon.c \
    core/kernels/isa-portable.c core/kernels/dispatch.c core/kernels/convolve.c core/kernels/points.c \
    core/base/memory.c core/base/workers.c core/base/error.c core/base/text.c -lm -lpthread -o "$out"
  qemu-aarch64 "$out" neon
done
