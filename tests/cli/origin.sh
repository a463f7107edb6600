#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Outputs say in their XMP what drew them, beside what their target's said, unless that is switched off.
# usage: origin.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
kinds=http://cv.iptc.org/newscodes/digitalsourcetype
says() { grep -aqF -- "$2" "$1"; }
silent() { ! grep -aqE 'DigitalSourceType|AISystem' "$1"; }

sum=$("$stylemap" info "$model" | sed -n 's/^weights_sha256 *//p')
for ending in png jpg tif webp jxl avif; do
  run sample "$model" -o "whole.$ending"
  [ "$code" = 0 ] || { grep -q 'built without\|cannot be written' err && continue; }
  check "$ending: all drawn" says "whole.$ending" "$kinds/trainedAlgorithmicMedia"
  check "$ending: by what" says "whole.$ending" "StyleMap $("$stylemap" --version | grep -Eo '[0-9.]+$')"
  check "$ending: by which model" says "whole.$ending" "tiny_LayerNorm_sp4_full.zip (SHA-256 $sum)"
  run sample "$model" --no-provenance -o "silent.$ending"
  check "$ending: switched off" silent "silent.$ending"
done
samples=$root/install/samples
part() { good transplant "$model" "$samples/target.png" "$samples/reference.png" --mask "$root/tests/gimp/mask.png" "$@"; }
part -o part.png
check "drawn into a picture" says part.png "$kinds/compositeWithTrainedAlgorithmicMedia"
part --no-provenance -o silent.png
check "drawn into a picture, switched off" silent silent.png
check "and that alone is different" "$tool" steps part.png silent.png 0
mkdir -p config/stylemap
printf '[stylemap]\nprovenance=no\n' >config/stylemap/settings.ini
part -o setting.png
check "drawn into a picture, switched off by the settings" silent setting.png
finish
