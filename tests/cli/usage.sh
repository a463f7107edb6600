#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Words, exit codes, names of models, patterns, info.
# usage: usage.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt

# ------------------------------------------------------------------------------------------- help
good --help
for command in info convert encode synth reconstruct transplant interpolate sample mix place learn-place apply; do
  grep -q "^  $command " out && pass || fail "--help leaves out $command"
done
good --version
grep -qE '^stylemap [0-9]+\.[0-9]+\.[0-9]+$' out && pass || fail "--version says $(cat out)"
for command in info convert encode synth reconstruct transplant interpolate sample mix place learn-place apply; do
  good $command --help
  grep -q "^  stylemap $command .*" out && grep -q -- '--threads' out && grep -q "stylemap $command \[" out && pass ||
    fail "$command --help: $(cat out)"
done

# The man page has every command and option; of train it names the command.
manual=$root/install/stylemap.1
for command in info convert encode synth reconstruct transplant interpolate sample mix place learn-place apply direction evaluate train; do
  grep -qE "^\.(BI|BR) \"?$command " "$manual" && pass || fail "the man page lacks $command"
done
for command in info convert encode synth reconstruct transplant interpolate sample mix place learn-place apply; do
  for option in $("$stylemap" $command --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
    case $option in --output | --help) continue;; esac
    sed 's/\\-/-/g; s/\\f[BIR]//g' "$manual" | grep -qE -- "$option( |\||\]|\"|$)" && pass || fail "the man page lacks $option of $command"
  done
done

# ---------------------------------------------------------------------------------- wrong usage: 2
bad 2 'Which command'
bad 2 'no command "paint"' paint
bad 2 'no command "bench"' bench
bad 2 'comes first' --quiet info "$model"
LC_ALL=C bad 2 'UTF-8' convert "$model" out.safetensors --licence 'müller'
bad 2 '2 to 100000' interpolate "$model" a.png b.png --frames 100000001 -o f%d.png
bad 2 'are 0 arguments where 1' info
bad 2 'is 1 argument where 2' convert "$model"
bad 2 'are 2 arguments where 1' info a b
bad 2 '--bogus' info --bogus x
bad 2 '-o' encode "$model" x.png
bad 2 '.safetensors' encode "$model" x.png -o w.png
bad 2 '.safetensors' convert "$model" out.bin
bad 2 'options are for' convert "$model" out.pt --half
bad 2 '--heldout-mse' convert "$model" out.safetensors --heldout-mse low
bad 2 '--canonical-points' convert "$model" out.safetensors --canonical-points '46.5,60 81.5'
bad 2 '--canonical-points' convert "$model" out.safetensors --canonical-points ''
bad 2 '--mask' transplant "$model" a.png b.png -o c.png
bad 2 '--strength' transplant "$model" a.png b.png --mask m.png -o c.png --strength 1.5
bad 2 '--strength' transplant "$model" a.png b.png --mask m.png -o c.png --strength nan
for feather in -1 10001 nan '' '3 px' by-size; do bad 2 '--feather' transplant "$model" a.png b.png --mask m.png -o c.png --feather "$feather"; done
bad 2 '--feather' apply "$model" a.png --direction d --mask m.png -o c.png --feather much
bad 2 'soft, any, half' transplant "$model" a.png b.png --mask m.png -o c.png --method styles --mask-rule hard
bad 2 'w+, w' transplant "$model" a.png b.png --mask m.png -o c.png --method styles --space z
bad 2 '--near takes numbers' place "$model" x.png --near centre
bad 2 '--near' place "$model" x.png --near 1,2
bad 1 'learn-place' place "$model" "$root/install/samples/target.png"
bad 2 '-o' learn-place "$model" pictures
bad 2 '.safetensors' learn-place "$model" pictures -o out.pt
bad 2 '--samples' learn-place "$model" pictures -o out.safetensors --samples 5
mkdir pictures && cp "$root/install/samples/target.png" pictures
bad 1 '16 pictures or more; there are 1' learn-place "$model" pictures -o out.safetensors
bad 2 '--threads' info "$model" --threads=-1
bad 2 '--frames' interpolate "$model" a.png b.png -o f%d.png
bad 2 '--frames' interpolate "$model" a.png b.png --frames 1 -o f%d.png
bad 2 '--seed' sample "$model" --seed -1 -o a.png
bad 2 '--count' sample "$model" --count 0 -o a.png
bad 2 '--z' sample "$model" --z z.safetensors --count 2 -o a%d.png

# ------------------------------------------------------------ names that begin with "-", what follows "--"
cp "$model" ./-m.pt
good info -- -m.pt
good info --json -- "$model"
good info "$model" --
good encode -o ./-w.safetensors -- "$model" "$root/install/samples/target.png"
good synth -o again.png "$model" -- -w.safetensors
bad 2 'are 2 arguments where 1' info -- -- -m.pt
bad 2 '-m.pt' info -m.pt --json
bad 1 'no model "--json"' info -- --json

# ------------------------------------------------------- names in a locale that cannot say them, closed streams
for locale in C POSIX; do
  LC_ALL=$locale bad 1 'fehlt-ü.pt' info fehlt-ü.pt
  cp "$model" da-ü.pt
  LC_ALL=$locale good info --json da-ü.pt
  grep -qF '"file": "da-ü.pt"' out && pass || fail "a name in $locale: $(cat out)"
done
good convert "$model" open.safetensors
code=0
"$stylemap" convert "$model" closed.safetensors --half <&- >&- 2>&- || code=$?
[ $code = 1 ] && pass || fail "nobody reads what convert --half says, and it ends $code"
"$stylemap" convert "$model" closed.safetensors <&- >&- 2>&- && cmp -s open.safetensors closed.safetensors && pass || fail "closed streams"
"$stylemap" info fehlt.pt 2>&- && fail "no error without a stream for it" || pass
"$stylemap" info "$model" >&- 2> err && fail "info into a closed stream" || pass
grep -q 'Standard output' err && pass || fail "info into a closed stream: $(cat err)"

# ----------------------------------------------------------------------------------- patterns
bad 2 '2 pictures' sample "$model" --count 2 -o plain.png
for wrong in 'a%.png' 'a%s.png' 'a%d%d.png' 'a%2d.png' 'a%00d.png' 'a%-3d.png' 'a%ld.png' 'a%%d.png' 'a%d%.png' 'a%n.png' 'a%012d.png'; do
  bad 2 'no pattern' sample "$model" --count 2 -o "$wrong"
done
good sample "$model" --count 2 --seed 5 -o 'a%d.safetensors'
good sample "$model" --count 11 --seed 5 -o 'b-%03d-.safetensors'
good sample "$model" --seed 5 -o 'c%02d.safetensors'
good sample "$model" --seed 5 -o 'plain.safetensors'
[ -s a1.safetensors ] && [ -s a2.safetensors ] && [ -s b-001-.safetensors ] && [ -s b-011-.safetensors ] &&
  [ -s c01.safetensors ] && [ "$(ls a*.safetensors b*.safetensors | wc -l)" = 13 ] && pass || fail "patterns: $(ls)"
check "picture 1 of a seed" "$tool" same a1.safetensors image plain.safetensors image
check "picture 2 of a seed" "$tool" same a2.safetensors image b-002-.safetensors image
check_not "two pictures of a seed" "$tool" same a1.safetensors image a2.safetensors image
good sample "$model" --truncation 0.7 --seed 5 -o default.safetensors
check "truncation 0.7 is the default" "$tool" same plain.safetensors image default.safetensors image
good sample "$model" --truncation 1 --seed 5 -o free.safetensors
check_not "truncation" "$tool" same plain.safetensors image free.safetensors image
good sample "$model" -o first.safetensors
good sample "$model" --seed 0 --count 1 -o zero.safetensors
check "seed 0, count 1 are the defaults" "$tool" same first.safetensors image zero.safetensors image

# --------------------------------------------------------------------------------- names of models
bad 1 'no model "nobody"' info nobody
grep -q "$work/data/stylemap/models" err && grep -q '/share/stylemap/models' err && pass || fail "folders: $(cat err)"
mkdir -p data/stylemap/models config/stylemap
cp "$golden/tiny_LayerNorm_sp4_full.safetensors" data/stylemap/models/small-one.safetensors
cp "$golden/tiny_BatchNorm2d_sp4_full.legacy.pt" data/stylemap/models/other.pt
cp "$golden/tiny_InstanceNorm2d_sp4_small.safetensors" data/stylemap/models/toon-portraits-8.safetensors
good info small-one
good info other
grep -q BatchNorm2d out && pass || fail "$(cat out)"
good info ''
grep -q InstanceNorm2d out && pass || fail "the default: $(cat out)"
bad 1 'other, small-one, toon-portraits-8' info nobody
printf '[stylemap]\nmodel=other\n' > config/stylemap/settings.ini
good info ''
grep -q BatchNorm2d out && pass || fail "the setting: $(cat out)"
printf '[stylemap]\nmodel=lost\n' > config/stylemap/settings.ini
bad 1 'settings.ini' info ''
rm config/stylemap/settings.ini
for name in here.pth here.ckpt here.PT here.SafeTensors; do
  cp "$golden/tiny_BatchNorm2d_sp4_full.safetensors" $name
  good info $name
  bad 1 "no-$name" info no-$name
done
cp here.pth plain-name
bad 1 './plain-name' info plain-name
bad 1 'nobody.pt' info nobody.pt
bad 1 './small-one' info ./small-one
bad 1 '' info "$work"
mkfifo pipe.pt
bad 1 'pipe.pt' info pipe.pt

# -------------------------------------------------------------------------------------------- info
keys='file form size latent_spatial_size latent_channel_size mapping_layer_num lr_mul normalize_mode small_generator parameters not_finite bytes dtype licence dataset sha256 weights_sha256'
good info --json "$model"
found=$(grep -o '"[a-z_0-9]*": ' out | tr -d '": ' | tr '\n' ' ')
[ "$found" = "$keys " ] && pass || fail "keys: $found"
[ "$(wc -l < out)" = 1 ] && grep -q '^{.*}$' out && pass || fail "one object: $(cat out)"
for want in '"form": "zip"' '"size": 32' '"latent_spatial_size": 4' '"lr_mul": 0.01' '"normalize_mode": "LayerNorm"' \
  '"small_generator": false' '"dtype": "F32"' '"licence": null' "\"bytes\": $(wc -c < "$model")" \
  "\"sha256\": \"$(sha256sum "$model" | cut -d' ' -f1)\"" "\"file\": \"$model\"" \
  '"weights_sha256": "d16aa34a1049b0b77a3ad4cc651fe71ffabbc47cdd8194c0ab14c91f915c174d"'; do # as PyTorch and hashlib have it
  grep -qF "$want" out && pass || fail "info --json lacks $want: $(cat out)"
done
good info "$model"
[ "$(wc -l < out)" = 17 ] && grep -qE '^licence +unknown$' out && pass || fail "info: $(cat out)"
# Texts are escaped; a locale with a comma changes no number.
good convert "$model" './quo"te\.safetensors' --licence 'a "b" \c' --dataset $'tab\there, \xc3\xbc'
good info --json './quo"te\.safetensors'
grep -qF '"weights_sha256": "d16aa34a1049b0b77a3ad4cc651fe71ffabbc47cdd8194c0ab14c91f915c174d"' out && pass || fail "another model: $(cat out)"
grep -qF '"licence": "a \"b\" \\c", "dataset": "tab\u0009here, ü"' out && grep -qF '"file": "./quo\"te\\.safetensors"' out && pass || fail "escapes: $(cat out)"
for locale in $(locale -a 2> /dev/null | grep -iE '^de_..\.utf-?8$' | head -1); do
  LC_ALL=$locale good info --json "$model"
  grep -qF '"lr_mul": 0.01' out && pass || fail "numbers in $locale: $(cat out)"
done
# It opens the file only: half a gigabyte of address space is plenty.
case $ASAN_OPTIONS in *sanitized*) ;; *)
  (ulimit -v 524288 && "$stylemap" info --json "$model" > limited 2> err)
  cmp -s limited <("$stylemap" info --json "$model") && pass || fail "info under a limit: $(cat err)"
esac
check_no_gegl() { ! LD_DEBUG=files "$stylemap" info "$model" 2>&1 | grep -q 'gegl-0.4/'; }
check "info loads no GEGL operation" check_no_gegl

# ------------------------------------------------------------------------------- damaged models: 1
# Each verdict within 512 MB of address space; the payloads would create `pwned`.
export TMPDIR="$work/temporary"
mkdir -p "$TMPDIR"
verdicts() { # FOLDER, lines "file verdict"
  local file verdict want limit=524288
  case $ASAN_OPTIONS in *sanitized*) limit=unlimited;; esac
  while read -r file verdict; do
    want=1
    [ "$verdict" = load ] && want=0
    code=0
    (ulimit -v $limit && exec "$stylemap" info "$1/$file" > out 2> err) || code=$?
    if [ $code = $want ] && { [ $want = 0 ] || { [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: ' err; }; }
    then pass; else fail "$file: exit $code, want $want: $(cat err)"; fi
  done
}
verdicts "$root/tests/model/hostile" < <(grep -v '^#' "$root/tests/model/hostile/MANIFEST.tsv" | cut -f1,2)
if [ -n "$shared" ]; then
  verdicts "$shared/hostile" < <(awk -F'"' '/"file":/ { f = $4 } /"verdict":/ { print f, $4 }' "$shared/hostile/MANIFEST.json")
fi
[ -z "$(find "$work" /tmp -maxdepth 1 -name 'pwned*' 2> /dev/null)" ] && [ ! -e "$TMPDIR/pwned" ] && pass || fail "a payload ran"
finish
