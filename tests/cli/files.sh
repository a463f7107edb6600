#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Picture files through the command: pages, forms, links, pipes, and how often a file is opened.
# usage: files.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
pictures=$root/tests/picture/pictures
built() { [ "$code" = 0 ] || ! grep -q 'built without' err; } # whether the last command found the form's library
limited() { # CODE WORD ARGUMENTS...: as bad, and within a minute
  local whole=$stylemap
  stylemap=$work/limited
  printf '#!/bin/sh\nexec timeout 60 "%s" "$@"\n' "$whole" > "$stylemap"
  chmod +x "$stylemap"
  bad "$@"
  stylemap=$whole
}

# ------------------------------------------------------------------------------------------- pages
several=$pictures/pages.tif # rgb8 and few
good reconstruct "$model" "$pictures/rgb8.tif" -o first.png
good reconstruct "$model" "$pictures/few.png" -o second.png
bad 1 '--page' reconstruct "$model" "$several" -o page.png
bad 1 'no page 3' reconstruct "$model" "$several" --page 3 -o page.png
good reconstruct "$model" "$root/tests/fuzz/found/picture-png/second-head.png" --page 2 -o page.png # it tells of other colours
rm -f page.png
bad 2 '1 or more' reconstruct "$model" "$several" --page -1 -o page.png
[ ! -e page.png ] && pass || fail "a picture after a refusal"
good reconstruct "$model" "$several" --page 1 -o page.png
check "page 1" "$tool" steps page.png first.png 0.01
good reconstruct "$model" "$several" --page 2 -o page.png
check "page 2" "$tool" steps page.png second.png 0.01
check_not "page 2 is not page 1" "$tool" steps page.png first.png 0.01
good reconstruct "$model" "$several" --page 2 -o one.tif
good reconstruct "$model" one.tif -o page.png # a result holds one page
for command in encode 'mix A' 'mix B' 'interpolate A' 'interpolate B'; do
  set -- $command
  a=$several b=$pictures/few.png page=--page out=out.png
  [ "$2" = B ] && a=$pictures/few.png && b=$several && page=--b-page
  case $1 in
    encode) set -- encode "$model" "$a" && out=out.safetensors;;
    mix) set -- mix "$model" "$a" "$b";;
    *) set -- interpolate "$model" "$a" "$b" --frames 2 && out='out-%d.png';;
  esac
  bad 1 '--page' "$@" -o $out
  bad 1 'no page 3' "$@" $page 3 -o $out
  good "$@" $page 1 -o $out
done
check fill "$tool" fill 1 3 32 32 0.25 image grey.safetensors
bad 2 'tensor' reconstruct "$model" grey.safetensors --page 1 -o page.png
# Target, reference and mask alike.
edit() { set -- transplant -q "$model" "$1" "$2" --mask "$3" -o edited.png "${@:4}"; "${expect[@]}" "$@"; }
for place in 0 1 2; do
  names=("$pictures/rgb8.png" "$pictures/few.png" "$pictures/mono.tif")
  option=(--page --reference-page --mask-page)
  names[place]=$several
  [ $place = 2 ] && names[2]=$pictures/two-few.gif # few and mono
  expect=(run)
  edit "${names[@]}"
  built || continue
  expect=(bad 1 "${option[place]}")
  edit "${names[@]}"
  expect=(bad 1 'no page 3')
  edit "${names[@]}" "${option[place]}" 3
  expect=(good)
  edit "${names[@]}" "${option[place]}" 2
done

# --------------------------------------------------- forms that lose nothing, where the target has not
paint() { check "paint" "$tool" paint "$@"; }
paint 90 61 "R'G'B' u8" 1 target.png
paint 90 61 "R'G'B' u8" 2 reference.png
check mask "$tool" ellipse 90 61 40 30 14 9 mask.png
good reconstruct "$model" target.png -o lossy.jpg
for ending in webp jxl avif; do
  run transplant "$model" target.png reference.png --mask mask.png -o edited.$ending
  built || { bad 1 'built without' transplant "$model" target.png reference.png --mask mask.png -o edited.$ending; continue; }
  check "outside in $ending" "$tool" outside target.png edited.$ending mask.png 0
  good transplant "$model" edited.$ending reference.png --mask mask.png -o again.png
  check "outside from $ending" "$tool" outside edited.$ending again.png mask.png 0
  good transplant "$model" lossy.jpg reference.png --mask mask.png -o small.$ending
  [ "$(wc -c < small.$ending)" -lt "$(wc -c < edited.$ending)" ] && pass || fail "$ending of a JPEG is not smaller"
done

# ------------------------------------------------------------------------------ what is no file, links
mkfifo pipe.png
mkdir folder.png
limited 1 'pipe' reconstruct "$model" pipe.png -o out.png
limited 1 'folder' reconstruct "$model" folder.png -o out.png
limited 1 'pipe' transplant "$model" target.png reference.png --mask pipe.png -o out.png
mkfifo pipe.pt
limited 1 'pipe.pt' convert pipe.pt out.safetensors
# These are told before any work: the model is not there.
limited 1 'pipe' reconstruct none.pt target.png -o pipe.png
limited 1 'folder' reconstruct none.pt target.png -o folder.png
limited 1 'ending' reconstruct none.pt target.png -o out.gif
limited 1 'No such file' reconstruct none.pt target.png -o none/out.png
ln -s none/end.png lost.png
ln -s circle.png circle.png
limited 1 'No such file' reconstruct none.pt target.png -o lost.png
limited 1 'circle.png' reconstruct none.pt target.png -o circle.png
mkdir there && ln -s there/end.png link.png
good reconstruct "$model" target.png -o link.png
[ -L link.png ] && [ -s there/end.png ] && [ "$(ls -A there)" = end.png ] && pass || fail "a link to what is not there yet"
# A JPEG without its end marker: every pixel, and a note.
head -c -2 lossy.jpg > noend.jpg
run reconstruct "$model" noend.jpg -o noend.png
[ $code = 0 ] && grep -q 'every pixel' err && [ "$(wc -l < err)" = 1 ] && pass || fail "no note: $code $(cat err)"
good reconstruct "$model" lossy.jpg -o end.png
check "without the end marker" "$tool" steps noend.png end.png 0.01

# --------------------------------------------------------------------- one opening, one writing
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
  for form in png jpg tif webp jxl avif heic; do
    rm -f out.$form
    cp "$pictures/said.$form" traced.$form
    strace -f -qq -e trace=open,openat,creat,linkat,rename,renameat,renameat2 -o trace "$stylemap" transplant -q "$model" traced.$form \
      "$pictures/rgb8.png" --mask "$pictures/g8.png" -o out.$form > out 2> err
    code=$?
    built || continue
    [ $code = 0 ] && pass || fail "$form under strace: $(cat err)"
    opened=$(grep -c "\"traced.$form\"" trace) made=$(grep -cE 'O_TMPFILE|\.stylemap-.*O_CREAT' trace)
    written=$(grep -E 'O_CREAT|O_TMPFILE' trace | grep -vcE "/cache/|/proc/self/fd/")
    renamed=$(grep -cE "rename.*\.stylemap-|linkat.*\"out\.$form\"" trace) # a nameless file gets its own name, or another is renamed
    [ "$opened $made $written $renamed" = "1 1 1 1" ] && pass ||
      fail "$form: opened $opened times, $made temporary files, $written files made, $renamed named: $(grep -E "O_CREAT|O_TMPFILE|linkat" trace)"
  done
else
  echo "skipped: strace is missing, or may not trace; how often files are opened is not seen"
fi
finish
