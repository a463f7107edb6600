#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# convert OUT.pt: our own reader takes it, and PyTorch does where there is one. usage: torch.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
python=
for candidate in /usr/bin/python3 python3; do
  [ -n "$python" ] || { "$candidate" -c 'import torch' 2> no-torch && python=$candidate; }
done
for name in LayerNorm_sp4_full BatchNorm2d_sp4_full InstanceNorm2d_sp4_small; do
  model=$golden/tiny_$name.safetensors
  good convert "$model" $name.pt
  good info --json $name.pt
  grep -qF '"form": "zip"' out && grep -qF '"dtype": "F32"' out && pass || fail "info: $(cat out)"
  good convert $name.pt again.safetensors
  "$tool" slice $golden/tiny_$name.golden.safetensors x 0 x.safetensors image
  good reconstruct --raw "$model" x.safetensors -o a.safetensors
  good reconstruct --raw $name.pt x.safetensors -o b.safetensors
  check "the same picture ($name)" "$tool" same a.safetensors image b.safetensors image
  unzip -tq $name.pt > unzip.txt 2>&1 || [ $? = 127 ] && pass || fail "unzip: $(cat unzip.txt)"
  [ -n "$python" ] || continue
  statement=$shared/tools/stylemap_torch.py
  [ -n "$shared" ] && [ -f "$statement" ] && picture=("$statement" x.safetensors a.safetensors) || picture=()
  "$python" "$root/tests/cli/read-torch.py" $name.pt "$model" "${picture[@]}" > torch.txt 2>&1 && pass || fail "PyTorch ($name): $(tail -3 torch.txt)"
  cat torch.txt
done
bad 1 '' convert "$golden/tiny_LayerNorm_sp4_full.safetensors" nowhere/out.pt
finish || exit 1
[ -n "$python" ] || { echo "without PyTorch: only our own reader was asked" && exit 77; }
