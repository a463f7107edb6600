#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What runs on several threads, built with ThreadSanitizer: sessions, what they remember and their workers, healing, the trainer,
# the hosts' engine, worker and preview. The kernels, which know no threads, are not watched.
#   tests/threads.sh BUILD_DIR [TEST...]     made, or one that this script made
# The last line says how many tests found nothing; what was found lies in BUILD_DIR/found.*. Ends with 1 where there was something.
set -u
cd "$(dirname "$0")/.." || exit 2
[ $# -ge 1 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,6p; exit 2; }
build=$(realpath -m "$1")
shift
[ $# -gt 0 ] || set -- net/test-network edit/test-edit-memory edit/test-cancel edit/test-heal \
  host/test-host-preview train/test-train-memory train/test-trainer train/test-train-samples
[ -f "$build/build.ninja" ] || meson setup "$build" --buildtype debugoptimized -Db_lundef=false -Db_sanitize=thread > /dev/null || exit 2
ninja -C "$build" "${@/#/tests/}" > "$build/ninja.txt" || { tail "$build/ninja.txt"; exit 2; }
printf 'called_from_lib:%s\n' libgegl-0.4.so libbabl-0.1.so libglib-2.0.so libgobject-2.0.so libgio-2.0.so > "$build/own.txt"
export TSAN_OPTIONS="suppressions=$build/own.txt:ignore_noninstrumented_modules=1:log_path=$build/found:exitcode=66"
tiny=tests/golden/tiny_LayerNorm_sp4_full.safetensors
clean=0 bad=0
rm -f "$build"/found.*
for test; do
  case $test in
  host/test-host-preview) arguments=(models/toon-portraits-128.safetensors install/samples/target.png) ;;
  edit/test-heal) arguments=(models/toon-portraits-128.safetensors) ;;
  net/test-network) arguments=($tiny tests/golden/tiny_InstanceNorm2d_sp4_small.legacy.pt) ;;
  train/test-train-memory) arguments=("$build" 90) ;;
  train/*) arguments=("$build") ;;
  *) arguments=($tiny) ;;
  esac
  if STYLEMAP_PREVIEWS=25 "$build/tests/$test" "${arguments[@]}"; then clean=$((clean + 1)); else bad=$((bad + 1)) && echo "FAILED: $test ($?)"; fi
done
echo "$clean clean, $bad not"
[ $bad = 0 ]
