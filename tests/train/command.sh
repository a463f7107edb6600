#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stylemap train: a run that was interrupted and went on gives the unbroken run's state byte for byte; a damaged state is
# refused and the one before it offered; a run is not overwritten; exports open. usage: command.sh STYLEMAP MODEL PERCEPTUAL_FOLDER
stylemap=$(realpath "$1") model=$(realpath "$2") perceptual=$(realpath "$3")
focus=$(realpath "$(dirname "$0")/../../models/toon-portraits/focus.png")
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0
fail() { echo "failed: $*"; failed=1; }
small="--size 16 --base 64 --cap 8 --stylemap-channels 4 --mapping-layers 2 --batch 4 --quiet --mirror"

mkdir pictures || exit 1
"$stylemap" sample "$model" --count 6 -o pictures/p%d.png || fail "sample"
echo "no picture" > pictures/readme.txt

# shellcheck disable=SC2086
"$stylemap" train pictures -o whole $small --iterations 4 --save-every 2 --report-every 4 || fail "whole run"
# shellcheck disable=SC2086
"$stylemap" train pictures -o broken $small --iterations 2 --threads 1 || fail "first half"
"$stylemap" train pictures -o broken --resume --iterations 4 --quiet || fail "second half"
cmp whole/state-00000004.safetensors broken/state-00000004.safetensors || fail "resuming is not exact"
for f in model.safetensors losses.svg sheet-00000004.png log.csv options.txt state-00000002.safetensors; do
  [ -s whole/$f ] || fail "no whole/$f"
done
"$stylemap" info whole/model.safetensors > info.txt && grep -Eq '^size +16$' info.txt || fail "the export does not open"

# shellcheck disable=SC2086
"$stylemap" train pictures -o whole $small --iterations 9 2> said.txt
[ $? = 2 ] && grep -q -e --resume said.txt || fail "a run was overwritten"
"$stylemap" train pictures -o whole --resume --cap 9 --iterations 9 2> said.txt && fail "a width changed"
grep -q cap said.txt || fail "which option? $(cat said.txt)"

# only the last two states stay
"$stylemap" train pictures -o broken --resume --iterations 5 --quiet || fail "third part"
[ "$(ls broken/state-* | wc -l)" = 2 ] && [ ! -e broken/state-00000002.safetensors ] || fail "states: $(ls broken)"
# log.csv: one head, iterations rise
awk -F, 'NR > 1 && $1 <= last {exit 1} {last = NR > 1 ? $1 : 0}' broken/log.csv || fail "log.csv: $(cat broken/log.csv)"
# a line is the mean of its steps; of R1, of those that have it
column() { awk -F, -v name="$1" 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == name) at = i} {print $1 "," $at}' "$2"; }
for every in 1 4; do
  # shellcheck disable=SC2086
  "$stylemap" train pictures -o every-$every $small --iterations 4 --warm-up 0 --r1-every 4 --log-every $every || fail "every $every"
done
for loss in r1 mse; do
  whole=$(column $loss every-4/log.csv | sed -n 's/^4,//p')
  column $loss every-1/log.csv | awk -F, -v whole="$whole" 'NR > 1 && $2 != "" {sum += $2; n++}
    END {off = n ? sum / n / whole - 1 : 1; exit !(off * off < 1e-10)}' ||
    fail "$loss of four steps: $(cat every-1/log.csv every-4/log.csv)"
done

# Muon and a focus: resuming is exact with them, both change what is learnt, and one may go on with the other optimiser
# shellcheck disable=SC2086
"$stylemap" train pictures -o muon $small --iterations 4 --warm-up 9 --optimiser muon --focus "$focus" &&
  "$stylemap" train pictures -o half $small --iterations 2 --threads 1 --warm-up 9 --optimiser muon --focus "$focus" &&
  "$stylemap" train pictures -o half --resume --iterations 4 --quiet --focus "$focus" || fail "muon"
cmp muon/state-00000004.safetensors half/state-00000004.safetensors || fail "resuming with Muon is not exact"
grep -q '^optimiser = muon$' half/options.txt && grep -q '^focus = /' half/options.txt ||
  fail "muon is forgotten: $(cat half/options.txt)"
# shellcheck disable=SC2086
"$stylemap" train pictures -o fall $small --iterations 4 --warm-up 9 --anneal 3 || fail "anneal"
grep -q '^anneal = 3$' fall/options.txt || fail "anneal: $(cat fall/options.txt)"
"$stylemap" train pictures -o fall --resume --iterations 6 --quiet || fail "on after annealing"
# shellcheck disable=SC2086
"$stylemap" train pictures -o plain $small --iterations 4 --warm-up 9 --optimiser muon || fail "muon without a focus"
# shellcheck disable=SC2086
"$stylemap" train pictures -o adam $small --iterations 4 --warm-up 9 || fail "adam"
differ() { cmp -s "$1" "$2"; [ $? = 1 ] || fail "$1 and $2 are the same"; }
differ muon/model.safetensors plain/model.safetensors
differ plain/model.safetensors adam/model.safetensors
"$stylemap" train pictures -o plain --resume --iterations 5 --optimiser adam --quiet || fail "from Muon to Adam"
grep -q '^optimiser = adam$' plain/options.txt || fail "still muon: $(cat plain/options.txt)"
refused() { # refused CODE SENTENCE OPTION...
  code=$1 sentence=$2
  shift 2
  # shellcheck disable=SC2086
  "$stylemap" train pictures -o never $small --iterations 1 "$@" 2> said.txt
  [ $? = "$code" ] && grep -q -e "$sentence" said.txt || fail "$*: $(cat said.txt)"
}
refused 2 'needs --iterations' --iterations 0 --anneal 2
refused 2 'one of adam, muon' --optimiser sgd
refused 1 'none.png' --focus none.png
refused 1 'p1.png is coloured' --focus pictures/p1.png

# an older log has other columns: their values stay under their names; one without any is not written over
column mse broken/log.csv > mse.csv
sed 's/$/,7/; 1s/7$/gone/' mse.csv > broken/log.csv
"$stylemap" train pictures -o broken --resume --iterations 6 --edges 0 --quiet || fail "an older log"
column mse broken/log.csv | head -n "$(wc -l < mse.csv)" | cmp - mse.csv || fail "values moved: $(cat broken/log.csv)"
head -n 1 broken/log.csv | grep -q gone && fail "a column of no name of ours"
[ "$(column edges broken/log.csv | tail -n 1)" = 6, ] || fail "a loss of weight 0: $(cat broken/log.csv)"
tail -n 1 broken/log.csv > last.csv && cp last.csv broken/log.csv
"$stylemap" train pictures -o broken --resume --iterations 7 --quiet 2> said.txt && fail "a log without columns"
cmp -s last.csv broken/log.csv && grep -q 'names of its columns' said.txt || fail "log without columns: $(cat said.txt)"
cp mse.csv broken/log.csv
rm broken/state-00000006.safetensors broken/state-00000005.safetensors
"$stylemap" train pictures -o whole --resume --iterations 5 --quiet && cp whole/state-0000000[45].safetensors broken/

# a perceptual network in two files
# shellcheck disable=SC2086
"$stylemap" train pictures -o seen $small --iterations 1 --vgg "$perceptual/vgg16-legacy.pth" \
  --lpips "$perceptual/lpips-legacy.pth" || fail "--vgg with --lpips"
awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) if ($i == "perceptual") column = i} NR == 2 {exit !($column > 0)}
  END {if (NR < 2) exit 1}' seen/log.csv || fail "no perceptual loss: $(cat seen/log.csv)"
# shellcheck disable=SC2086
"$stylemap" train pictures -o unseen $small --iterations 1 --vgg "$perceptual/vgg16-legacy.pth" 2> said.txt &&
  fail "no heads, and no word"
grep -q 'lacks the tensor lin0.model.1.weight' said.txt || fail "which tensor? $(cat said.txt)"
# shellcheck disable=SC2086
"$stylemap" train pictures -o unseen $small --iterations 1 --lpips "$perceptual/lpips-legacy.pth" 2> said.txt
[ $? = 2 ] || fail "--lpips without --vgg"

# one byte of the newest state changed
size=$(wc -c < broken/state-00000005.safetensors)
printf 'x' | dd of=broken/state-00000005.safetensors bs=1 seek=$((size / 2)) conv=notrunc 2> dd.txt
"$stylemap" train pictures -o broken --resume --iterations 6 --quiet 2> said.txt && fail "a damaged state was taken"
grep -q 'state-00000004' said.txt || fail "the state before is not offered: $(cat said.txt)"
"$stylemap" train pictures -o broken --resume --state broken/state-00000004.safetensors --export mine.safetensors --quiet &&
  "$stylemap" info mine.safetensors > info.txt || fail "export of an older state"

# a run from a model: its widths are taken over, and a run of twice the size grows from it
"$stylemap" train pictures -o finer --from whole/model.safetensors --batch 4 --iterations 1 --quiet || fail "from"
grep -q '^cap = 8$' finer/options.txt || fail "the widths of the model: $(cat finer/options.txt)"
"$stylemap" train pictures -o grown --from whole/model.safetensors --size 32 --batch 4 --iterations 1 --quiet &&
  "$stylemap" info grown/model.safetensors > info.txt && grep -Eq '^size +32$' info.txt || fail "growing"
"$stylemap" train pictures -o finer --resume --batch 8 --iterations 2 --quiet && grep -q '^batch = 8$' finer/options.txt ||
  fail "another batch"

# samples taught by themselves: another state and model of the same iteration, the old state stays beside it
cp finer/model.safetensors before.safetensors
cp finer/state-00000002.safetensors before-state.safetensors
"$stylemap" train pictures -o finer --resume --state finer/state-00000001.safetensors --samples 3 2> said.txt
[ $? = 2 ] && grep -q 'state-00000002.* is newer' said.txt || fail "an older state was taught: $(cat said.txt)"
cmp -s finer/state-00000002.safetensors before-state.safetensors || fail "a refused --samples has changed the run"
"$stylemap" train pictures -o finer --resume --samples 3 2> said.txt || fail "samples: $(cat said.txt)"
cmp -s finer/state-00000002.safetensors before-state.safetensors && fail "samples were not saved"
cmp finer/state-00000002-before-samples.safetensors before-state.safetensors || fail "the state before samples is lost"
cmp -s finer/model.safetensors before.safetensors && fail "samples were not exported"
cp finer/model.safetensors taught.safetensors
"$stylemap" train pictures -o finer --resume --samples 0 2> said.txt || fail "a Gaussian alone: $(cat said.txt)"
cmp -s finer/model.safetensors taught.safetensors && fail "a Gaussian alone was not exported"
"$stylemap" train pictures -o finer --resume --iterations 3 --quiet || fail "going on after samples"
for wrong in "--samples -1" "--samples -3" "--samples 3 --iterations 9" "--samples 3 --export mine.safetensors"; do
  # shellcheck disable=SC2086
  "$stylemap" train pictures -o finer --resume $wrong 2> said.txt
  [ $? = 2 ] && [ -s said.txt ] || fail "$wrong was taken"
done
# shellcheck disable=SC2086
"$stylemap" train pictures -o unseen $small --samples 3 2> said.txt
[ $? = 2 ] && grep -q -e --resume said.txt || fail "samples of no run: $(cat said.txt)"
# Ctrl-C ends them, and what they have learnt is there
"$stylemap" train pictures -o finer --resume --samples 1000000 2> said.txt & id=$!
tries=0
until grep -q 'step 100 ' said.txt || [ $tries = 1200 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
kill -INT $id
wait $id
[ $? = 130 ] && grep -q Saved said.txt && [ -s finer/state-00000003-before-samples.safetensors ] ||
  fail "an interruption of samples: $(cat said.txt)"

# Ctrl-C saves
# shellcheck disable=SC2086
"$stylemap" train pictures -o long $small --log-every 1 & id=$!
tries=0
until [ -s long/log.csv ] && [ "$(wc -l < long/log.csv)" -gt 2 ] || [ $tries = 600 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
kill -INT $id
wait $id
[ $? = 130 ] || fail "exit code of an interruption"
ls long/state-*.safetensors > states.txt || fail "Ctrl-C lost the run"
"$stylemap" train pictures -o long --resume --export mine.safetensors --quiet || fail "the saved state does not load"
exit $failed
