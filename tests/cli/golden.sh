#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every golden through the command, on tensors: encode, synth, reconstruct, sample --z; the three forms bit-identical.
# usage: golden.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"

# one_golden GOLDEN MODEL: item 0 and 1 of its batch
one_golden() {
  local g=$1 model=$2 item
  [ -s "$g" ] && [ -s "$model" ] || { fail "missing: $g or $model"; return; }
  for item in 0 1; do
    for pair in x:image w:w image:image z:z image_z:image; do
      check "slice of $g" "$tool" slice "$g" ${pair%:*} $item ${pair%:*}.safetensors ${pair#*:}
    done
    good encode "$model" x.safetensors -o w-out.safetensors
    check "encode $model" "$tool" near w.safetensors w w-out.safetensors w
    good synth "$model" w.safetensors -o image-out.safetensors
    check "synth $model" "$tool" near image.safetensors image image-out.safetensors image
    good reconstruct "$model" x.safetensors -o again.safetensors
    check "reconstruct $model" "$tool" near image.safetensors image again.safetensors image
    grep -qE '^MSE [0-9.]+  PSNR [0-9.-]+ dB$' out && pass || fail "reconstruct says: $(cat out)"
    good sample "$model" --z z.safetensors --truncation 1 -o sample.safetensors
    check "sample $model" "$tool" near image_z.safetensors image sample.safetensors image
  done
}

for name in tiny_LayerNorm_sp4_full tiny_InstanceNorm2d_sp4_small tiny_BatchNorm2d_sp4_full; do
  one_golden "$golden/$name.golden.safetensors" "$golden/$name.legacy.pt"
  good reconstruct "$golden/$name.legacy.pt" x.safetensors -o legacy.safetensors
  for form in zip.pt safetensors; do
    good reconstruct "$golden/$name.$form" x.safetensors -o other.safetensors
    check "$form of $name" "$tool" same legacy.safetensors image other.safetensors image
  done
  good convert "$golden/$name.zip.pt" own.safetensors --licence CC0-1.0 --dataset none --heldout-mse 0.5 --canonical-points '9.5,8 22,8'
  good reconstruct ./own.safetensors x.safetensors -o other.safetensors
  check "converted $name" "$tool" same legacy.safetensors image other.safetensors image
  good info --json ./own.safetensors
  grep -qF '"licence": "CC0-1.0", "dataset": "none"' out && pass || fail "info of $name: $(cat out)"
  grep -qF '"canonical_points": "9.5,8 22,8"' out && pass || fail "info of $name: $(cat out)"
  good convert --half ./own.safetensors half.safetensors
  grep -q '^Largest change by 16-bit floats: [0-9.e-]* in ' out && pass || fail "convert --half says: $(cat out)"
  good info --json ./half.safetensors
  grep -qF '"licence": "CC0-1.0"' out && pass || fail "convert loses texts: $(cat out)"
  # Twice to half is once to half.
  good convert --half ./half.safetensors half-again.safetensors
  grep -q '^No number changed' out && pass || fail "convert --half of halves says: $(cat out)"
  good reconstruct ./half.safetensors x.safetensors -o one.safetensors
  good reconstruct ./half-again.safetensors x.safetensors -o two.safetensors
  check "half of half of $name" "$tool" same one.safetensors image two.safetensors image
done

# The test must be able to fail.
check_not "another picture" "$tool" near image.safetensors image x.safetensors image
check_not "another picture" "$tool" same image.safetensors image x.safetensors image

if [ -n "$shared" ]; then
  for g in "$shared"/golden/tiny_*.golden.safetensors; do one_golden "$g" "${g%.golden.safetensors}.legacy.pt"; done
  # Checkpoints name their golden; the manifest has one key a line.
  while read -r file golden_name; do
    one_golden "$shared/golden/$golden_name.golden.safetensors" "$shared/checkpoints/$file"
  done < <(awk -F'"' '/"file":/ { f = $4 } /"verdict":/ { v = $4 } /"golden":/ { if (v == "load" && NF > 3) print f, $4 }' \
    "$shared/checkpoints/MANIFEST.json")
fi
finish
