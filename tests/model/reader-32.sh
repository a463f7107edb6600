#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The reader of model files built for 32 bits, where addresses and long have half as many: the tests of model/ that read files
# say there what they say elsewhere. Ends with 77 where the compiler makes no such programs. usage: reader-32.sh CC SOURCE FOLDER
cc=$1 source=$2 folder=$3
flags="-m32 -std=c11 -O1 -g -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -ffp-contract=off -msse2 -mfpmath=sse -ffunction-sections -I$source/core -I$source/tests"
flags="$flags -DSTYLEMAP_SOURCE_ROOT=\"$source\" -DSTYLEMAP_VERSION=\"32\" -w"
mkdir -p "$folder" && cd "$folder" || exit 1
echo 'int main(void) { return 0; }' > none.c
"$cc" -m32 none.c -o none 2> /dev/null && ./none || { echo "skipped: $cc makes no programs of 32 bits here"; exit 77; }
objects=
for file in "$source"/core/base/*.c "$source"/core/network/*.c "$source"/core/model/*.c "$source"/core/model/file/*.c \
  "$source"/core/model/torch/*.c "$source"/core/kernels/points.c; do
  object=$(echo "${file#"$source"/core/}" | tr / -).o
  # shellcheck disable=SC2086
  "$cc" $flags -c "$file" -o "$object" || exit 1
  objects="$objects $object"
done
failed=0
for test in verdicts parts limits fuzz; do
  # shellcheck disable=SC2086
  "$cc" $flags "$source/tests/model/$test.c" $objects -Wl,--gc-sections -lm -lpthread -o "test-$test" || exit 1
  echo "$test"
  "./test-$test" || failed=1
done
exit $failed
