#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stylemap train: what it is told: ranges, options.txt, going on with it; how a run ends, and what it leaves.
# usage: options.sh STYLEMAP MODEL
focus=$(realpath "$(dirname "$0")/../../models/toon-portraits/focus.png")
. "$(dirname "$0")/runs.sh"
mkdir pictures || exit 1
"$stylemap" sample "$model" --count 4 -o pictures/p%d.png --quiet || fail "sample"
train() { # train RUN_DIR OPTION...
  run=$1
  shift
  # shellcheck disable=SC2086
  "$stylemap" train pictures -o "$run" $small "$@" 2> said.txt
}
again() { # the run knows its pictures
  run=$1
  shift
  "$stylemap" train -o "$run" --resume "$@" 2> said.txt
}
line() { grep -qx -e "$2" "$1/options.txt" || fail "no line $2 in: $(cat "$1/options.txt")"; }
state() { [ -s "$1/state-0000000$2.safetensors" ] || fail "$1 is not at $2: $(ls "$1") $(cat said.txt)"; }

# a value out of range is refused by the option's name, and never the default
while read -r option value text; do
  rm -rf never
  "$stylemap" train pictures -o never --iterations 1 "$option" "$value" 2> said.txt
  [ $? = 2 ] && grep -q -e "$option.*$text" said.txt || fail "$option $value: $(cat said.txt)"
  [ -e never/options.txt ] && fail "$option $value began a run"
done << 'END'
--rate nan from 1e-09 to 1
--rate 0 from 1e-09 to 1
--rate 0.1x not "0.1x"
--rate inf to 1
--seed -5 whole number from 0
--seed 1e3 whole number
--warm-up -3 whole number from 0
--anneal -1 whole number from 0
--iterations -1 whole number from 0
--iterations 99999999999999999999 whole number
--save-every 0 from 1
--report-every 0 from 1
--log-every 0 from 1
--batch 0 from 1 to 4096
--batch 6 multiple of 4
--size 48 power of two from 8 to 2048
--size 4 power of two
--stylemap-side 12 power of two from 4
--stylemap-side 128 smaller than --size, 128
--stylemap-channels 0 from 1 to 4096
--mapping-layers 65 from 1 to 64
--base 64 --size, 128, or more
--cap 0 from 1 to 4096
--lr-mul 0 to 1
--beta1 1 from 0 to 0.9999
--beta2 nan to 0.999999
--ema 1 from 0 to 0.999999
--ema -0.1 from 0
--r1-every 0 from 1
--r1 -1 from 0 to 1e+06
--mse 1e7 from 0 to 1e+06
--edges nan from 0
--features -1 from 0
--frequencies -1 from 0
--norm GroupNorm one of LayerNorm, InstanceNorm2d, BatchNorm2d
--optimiser sgd one of adam, muon
END
"$stylemap" train -o never 2> said.txt
[ $? = 2 ] || fail "no pictures"
said 'Which pictures?' "no pictures"
train never other
[ $? = 2 ] || fail "two folders"
said 'other is one argument more' "two folders"
train never --anneal 3 && fail "--anneal without an end"
said '--anneal needs --iterations' "--anneal without an end"
train never --heal=2 && fail "--heal=2"
said '--heal must be a number from 0 to 1' "--heal=2"

# everything a run was told is kept, and going on needs none of it: the same as one run
name=$(printf 'a\nb\\ = \344\303\244')
cp "$focus" "$name"
train whole --iterations 6 --anneal 4 --focus "$name" --rate 0.0037 --mse 3 --ema 0.5 --log-every 1 || fail "whole: $(cat said.txt)"
train half --iterations 3 --focus "$name" --rate 0.0037 --mse 3 --ema 0.5 --log-every 1 || fail "half: $(cat said.txt)"
cp half/options.txt told.txt
again half || fail "nothing more to do: $(cat said.txt)"
said 'has had its 3 iterations' "nothing more to do"
cmp told.txt half/options.txt || fail "going on changed the options"
rm half/model.safetensors # as where it was ended between state and model
again half && [ -s half/model.safetensors ] || fail "no model of a run that has all of its iterations: $(cat said.txt)"
line half 'rate = 0.0037'
line half 'iterations = 3'
line half 'log-every = 1'
line half 'mirror = no'
line half 'norm = LayerNorm'
line half 'r1 = 10'
line half "data = $folder/pictures"
again half --iterations 6 --anneal 4 || fail "half: $(cat said.txt)"
said '--iterations is now 6; it was 3' "what changes"
said '--anneal is now 4; it was 0' "what changes"
grep -q -e '--rate\|--focus' said.txt && fail "what does not change: $(cat said.txt)"
[ "$(wc -l < half/log.csv)" = 7 ] || fail "--log-every is forgotten: $(cat half/log.csv)"
train plain --iterations 6 --anneal 4 --rate 0.0037 --mse 3 --ema 0.5 || fail "plain: $(cat said.txt)"
cmp -s plain/model.safetensors whole/model.safetensors && fail "the focus does nothing"
# stopped by a signal and gone on without a word: --anneal moves with --iterations, so both runs know them from the start
train stopped --iterations 6 --anneal 4 --focus "$name" --rate 0.0037 --mse 3 --ema 0.5 --log-every 1 --save-every 2 \
  --report-every 2 || fail "stopped: $(cat said.txt)"
rm stopped/state-00000006.safetensors
again stopped || fail "stopped: $(cat said.txt)"
cmp stopped/state-00000006.safetensors whole/state-00000006.safetensors || fail "going on by options.txt is not exact"
state stopped 6

# edited by hand: a wrong line is told with the file's name; what belongs to the run is not taken
sed -i 's/^rate = .*/rate = fast/' half/options.txt
again half --iterations 7 && fail "a wrong line in options.txt"
said 'half/options.txt: --rate' "a wrong line in options.txt"
sed -i 's/^rate = .*/rate = 0.001/; s/^cap = .*/cap = 7/; s/^iterations = .*/iterations = 7/' half/options.txt
again half || fail "options.txt edited: $(cat said.txt)"
state half 7
line half 'rate = 0.001'
line half 'cap = 4'
again half --cap 7 && fail "a width changed"
said '--cap belongs to the run, where it is 4' "a width changed"
again half --seed 2 && fail "another seed"
said '--seed belongs' "another seed"
again half --size 16 --mirror && fail "mirrored from now on"
said '--mirror belongs' "mirrored from now on"
# one of an older version has another form and says nothing
printf 'size 16\nrate 0.5\nanneal 0 to 0\n' > half/options.txt
again half --iterations 8 && fail "an older options.txt names no pictures"
said 'Which pictures?' "an older options.txt"
again half --iterations 8 -- pictures || fail "an older options.txt: $(cat said.txt)"
line half 'rate = 0.001'
again nothing && fail "no run"
said 'no run to go on with in nothing' "no run"
[ -e nothing ] && fail "a folder for no run"

# the model tells how well it knows pictures that were held out; the newest measure is in log and plot
"$stylemap" sample "$model" --count 3 --seed 9 -o held%d.png --quiet && mkdir held && mv held?.png held
train measured --iterations 2 --held-out held || fail "measured: $(cat said.txt)"
value() { awk -F, -v name="$1" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == name) at = i} END {print $at}' "$2"; }
measure() { grep -a -o '"heldout_mse":"[^"]*"' "$1/model.safetensors" | cut -d '"' -f 4; }
awk -v model="$(measure measured)" -v logged="$(value heldout_mse measured/log.csv)" \
  'BEGIN {d = model / logged - 1; exit !(model > 0 && d < 1e-3 && d > -1e-3)}' ||
  fail "heldout_mse: $(measure measured) of the model, $(value heldout_mse measured/log.csv) logged"
[ -z "$(measure plain)" ] || fail "a measure of nothing"
[ -z "$(value heldout_mse plain/log.csv)" ] || fail "a measure of nothing in the log"
for text in '>heldout_mse ' '>mse ' '<polyline' '>iteration<' '<circle'; do
  grep -q "$text" measured/losses.svg || fail "no $text in losses.svg: $(cat measured/losses.svg)"
done
grep -q heldout_mse plain/losses.svg && fail "a curve of nothing"
if command -v xmllint > /dev/null; then
  xmllint --noout measured/losses.svg plain/losses.svg || fail "losses.svg"
fi

# a signal before the first report: state and model are there, and it is said; hung up twice, as terminals do
stop() { # stop RUN_DIR FILE SIGNAL...: when there is such a file
  run=$1 file=$2
  shift 2
  tries=0
  # shellcheck disable=SC2086
  until ls "$run"/$file > /dev/null 2>&1 || [ $tries = 600 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  for signal in "$@"; do
    kill "-$signal" $id
    sleep 0.03
  done
  wait $id
}
for signal in INT TERM 'HUP HUP'; do
  rm -rf early
  # whatever started this test may ignore hangups, as nohup does, and no shell can take that back
  # shellcheck disable=SC2086
  env --default-signal=HUP "$stylemap" train pictures -o early $small --log-every 1 --save-every 2 \
    --report-every 100000 2> said.txt & id=$!
  # shellcheck disable=SC2086
  stop early 'state-*' $signal
  [ $? = 130 ] || fail "$signal: the exit code"
  said 'Saved. The model is early/model.safetensors' "$signal"
  last=$(tail -n 1 early/log.csv | cut -d, -f1)
  [ -s "$(printf early/state-%08d.safetensors "$last")" ] || fail "$signal: steps are lost: $(ls early) $last"
  "$stylemap" info early/model.safetensors > info.txt || fail "$signal: no model"
done
# nohup means it
# shellcheck disable=SC2086
(trap '' HUP; exec "$stylemap" train pictures -o nohup $small --iterations 60 --save-every 20) 2> said.txt & id=$!
stop nohup 'state-*' HUP || fail "nohup: $(cat said.txt)"
[ -s nohup/state-00000060.safetensors ] || fail "nohup: $(ls nohup)"

# an interruption of a report: the run is saved, logged, exported, as between reports
mkdir many
for i in $(seq 400); do cp pictures/p1.png "many/$i.png"; done
# shellcheck disable=SC2086
"$stylemap" train pictures -o report $small --held-out many --report-every 1 --log-every 1000 2> said.txt & id=$!
stop report 'model.safetensors' INT
[ $? = 130 ] || fail "an interrupted report: the exit code"
said 'Saved. The model is report/model.safetensors' "an interrupted report"
last=$(tail -n 1 report/log.csv | cut -d, -f1)
[ -s "$(printf report/state-%08d.safetensors "$last")" ] || fail "an interrupted report: $(ls report) $(cat report/log.csv)"
again report --iterations "$((last + 1))" --held-out "" || fail "going on after it: $(cat said.txt)"

# samples tell the time that is left
again plain --samples 100 || fail "samples: $(cat said.txt)"
said 'step 100 of 100: .* 0 min 0[0-9] s left' "samples"
said 'The model is plain/model.safetensors' "samples"
exit $failed
