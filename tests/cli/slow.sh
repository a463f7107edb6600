#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Inputs that are slow on purpose take at most ten times the processor time of usual ones (and two seconds): numbers too small to be
# normal, in pictures and in models, the largest feather and squares, lists of what is not there. Pipes that give nothing: large.sh.
# usage: slow.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.safetensors
check paint "$tool" paint 400 300 "R'G'B' u8" 1 a.png
check paint "$tool" paint 400 300 "R'G'B' u8" 2 b.png
check mask "$tool" ellipse 400 300 200 150 60 50 m.png
cat > tiny.py << 'PY'
import json, struct, sys
def numbers(path, out, value, keep=()):  # a safetensors file with every F32 number, but for those of some tensors, being `value`
    data = bytearray(open(path, "rb").read())
    n, = struct.unpack_from("<Q", data)
    for name, t in json.loads(data[8:8 + n]).items():
        if name == "__metadata__" or t["dtype"] != "F32" or any(k in name for k in keep): continue
        a, b = t["data_offsets"]
        data[8 + n + a:8 + n + b] = struct.pack("<f", value) * ((b - a) // 4)
    open(out, "wb").write(data)
numbers(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:])
PY
usual=0
usually() { # WHAT ARGUMENTS...: sets the seconds of a processor that are usual
  local what=$1 TIMEFORMAT=%U+%S
  shift
  code=0
  { time "$stylemap" "$@" > out 2> err < /dev/null || code=$?; } 2> time.txt
  [ $code = 0 ] && pass || fail "$what: exit $code: $(cat err)"
  usual=$(awk -F+ '{print $1 + $2}' time.txt)
  echo "$what: $usual s of a processor"
}
# as_quick WHAT ARGUMENTS...: in at most ten times that
as_quick() {
  local what=$1 limit
  shift
  limit=$(awk -v u="$usual" 'BEGIN {print int(10 * u + 2.999)}')
  code=0
  (ulimit -t "$limit" && exec timeout 600 "$stylemap" "$@" > out 2> err < /dev/null) || code=$?
  case $code in 0 | 1 | 2 | 3) pass ;; *) fail "$what: exit $code after $limit s of a processor: $*" ;; esac
}

check encode "$stylemap" encode --quiet "$model" a.png -o w.safetensors
usually "a style map drawn" synth "$model" w.safetensors -o r.png --quiet
check "numbers too small" python3 tiny.py w.safetensors small.safetensors 1e-41
as_quick "a style map of numbers too small" synth "$model" small.safetensors -o r.png --quiet
check "a model of such" python3 tiny.py "$model" small-model.safetensors 1e-41 kernel
check "a model of ones" python3 tiny.py "$model" one-model.safetensors 0.01 kernel
for method in styles heal; do
  usually "transplant, $method" transplant one-model.safetensors a.png b.png --mask m.png --method $method -o r.png --quiet
  as_quick "transplant, $method, a model of numbers too small" transplant small-model.safetensors a.png b.png --mask m.png --method $method -o r.png --quiet
done
usually "transplant" transplant "$model" a.png b.png --mask m.png --feather 8 -o r.png --quiet
as_quick "a feather of nearly the whole" transplant "$model" a.png b.png --mask m.png --feather 250 -o r.png --quiet
as_quick "a feather larger than it may be" transplant "$model" a.png b.png --mask m.png --feather 1e9 -o r.png --quiet
as_quick "a square of a million" transplant "$model" a.png b.png --mask m.png --placement 200,150,1000000 -o r.png --quiet
as_quick "a square of one pixel" transplant "$model" a.png b.png --mask m.png --placement 200,150,1,33 -o r.png --quiet
as_quick "sixteen rounds" transplant "$model" a.png b.png --mask m.png --rounds 16 -o r.png --quiet
usually "refined" reconstruct "$model" a.png --refine 2 -o r.png --quiet
as_quick "refined, a model of numbers too small" reconstruct small-model.safetensors a.png --refine 2 -o r.png --quiet
usually "a list of one" batch --each . --reference b.png --mask m.png --operation transplant -o o --model "$model" --quiet
{ echo target,reference,mask; for i in $(seq 3000); do echo "no-$i.png,b.png,m.png"; done; } > rows.csv
as_quick "a list of 3000 that are not there" batch rows.csv -o o2 --model "$model" --quiet
finish
