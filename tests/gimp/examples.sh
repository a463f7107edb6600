#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# install/examples in a headless GIMP with a profile of its own: twelve small pictures, two of them broken.
# From the environment (tests/gimp/meson.build): GIMP, PLUGIN, MEASURE, COMMAND, SOURCE, WORK, TOOL.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile examples
GIMP_SECONDS=${GIMP_SECONDS:-600} # twelve pictures
cd "$run_dir" || exit 1
failed=0
passed=0
pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)) && echo "failed: $*"; }
lines() { # LOG WORD COUNT
  [ "$(grep -c "^$2" "$1")" = "$3" ] && pass || fail "$1 has not $3 lines \"$2\": $(cat "$1")"
}

cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.safetensors" tiny.safetensors
cp "$SOURCE/install/examples/batch-$GIMP.scm" .
mkdir in out xcf xcf-out film
for i in 01 02 03 04 05 06 07 08 09 10; do "$TOOL" paint 60 50 "R'G'B' u8" "1$i" in/$i.png; done
echo "no picture" > in/11.png
"$TOOL" paint 61 50 "R'G'B' u8" 11 in/12.png # not of the mask's size
"$TOOL" paint 60 50 "R'G'B' u8" 77 friend.png
"$TOOL" ellipse 60 50 30 25 12 9 hard.png
"$TOOL" soften hard.png mask.png # its greys are weights
if [ "$GIMP" = 3 ]; then options="'(#:feather 0.0 #:collage \"clone\" #:model \"tiny.safetensors\")"; else options='"feather=0 collage=clone model=tiny.safetensors"'; fi
# example CALL: 3 tells by its status that something failed
example() {
  status=0
  gimp_batch "(begin (load \"batch-$GIMP.scm\") $1)" > log.txt 2>&1 || status=$?
}

example "(stylemap-folder \"in\" \"friend.png\" \"hard.png\" \"out\" $options)"
[ $GIMP = 2.10 ] || [ $status != 0 ] && pass || fail "GIMP 3 ended with 0 where pictures failed"
lines out/log.txt done: 10
lines out/log.txt failed: 2
lines out/log.txt "12 pictures, 2 failed" 1
grep -q "12.png: The mask has another size" out/log.txt && pass || fail "why 12.png failed: $(cat out/log.txt)"
# the command's batch makes the same pictures, to the bit
by_command() { "$COMMAND" "$@" --collage clone --quiet > /dev/null 2>&1; }
by_command batch --each in --reference friend.png --mask hard.png --model ./tiny.safetensors -o by-command
[ $? = 3 ] && pass || fail "the command's batch"
for i in 01 02 03 04 05 06 07 08 09 10; do
  "$TOOL" steps by-command/$i.png out/$i.png 0 > /dev/null && pass || fail "$i.png is another picture in GIMP"
  "$TOOL" outside in/$i.png out/$i.png hard.png 0 > /dev/null && pass || fail "$i.png is as it was, or changed outside"
done

# XCF files: with a selection, with a channel alone, with neither, and with one layer
if [ "$GIMP" = 3 ]; then
  cat > make.scm <<'END'
(script-fu-use-v3)
(define (make name selected channel below)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE "in/01.png")) (path (string-append "xcf/" name ".xcf"))
         (reference (gimp-file-load-layer RUN-NONINTERACTIVE image "friend.png")))
    (if below (gimp-image-insert-layer image reference 0 1))
    (gimp-image-set-selected-layers image (vector (vector-ref (gimp-image-get-layers image) 0)))
    (gimp-context-set-antialias #f)
    (if (or selected channel) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 15 15 30 20))
    (if channel (begin (gimp-selection-save image) (gimp-selection-none image)
                       (gimp-image-set-selected-layers image (vector (vector-ref (gimp-image-get-layers image) 0)))))
    (gimp-xcf-save RUN-NONINTERACTIVE image path)))
(load "batch-3.scm")
(define (soft)
  (with-image "in/01.png"
    (lambda (image)
      (select-mask image (whole image) "mask.png")
      (transplant image (whole image) "friend.png" '(#:feather 0.0 #:collage "clone" #:model "tiny.safetensors"))
      (save image "soft.png"))))
END
else
  cat > make.scm <<'END'
(define (make name selected channel below)
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "in/01.png" "in/01.png"))) (path (string-append "xcf/" name ".xcf"))
         (reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image "friend.png"))))
    (if below (gimp-image-insert-layer image reference 0 1))
    (gimp-image-set-active-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))
    (gimp-context-set-antialias FALSE)
    (if (or selected channel) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 15 15 30 20))
    (if channel (begin (gimp-selection-save image) (gimp-selection-none image)
                       (gimp-image-set-active-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))))
    (gimp-xcf-save 0 image 0 path path)))
(load "batch-2.10.scm")
(define (soft)
  (with-image "in/01.png"
    (lambda (image)
      (select-mask image (car (gimp-image-get-active-layer image)) "mask.png")
      (transplant image (car (gimp-image-get-active-layer image)) "friend.png" "feather=0 collage=clone model=tiny.safetensors")
      (save image "soft.png"))))
END
fi
gimp_batch '(begin (load "make.scm") (make "a" #t #f #t) (make "b" #f #t #t) (make "c" #f #f #t) (make "d" #t #f #f) (soft))' > make.txt 2>&1
[ "$(ls xcf | wc -l)" = 4 ] && pass || fail "the XCF files: $(cat make.txt)"
# a mask's greys are weights, by which GIMP lays layers over each other in linear light
by_command transplant ./tiny.safetensors in/01.png friend.png --mask mask.png -o soft-by-command.png
"$TOOL" lit in/01.png soft-by-command.png soft.png mask.png > lit.txt && pass || fail "a soft mask: $(cat lit.txt)"
example "(stylemap-xcfs \"xcf\" \"xcf-out\" $options)"
lines xcf-out/log.txt done: 2
lines xcf-out/log.txt "failed: xcf/c.xcf: Nothing is selected" 1
lines xcf-out/log.txt "failed: xcf/d.xcf: There is no layer below" 1
! "$TOOL" steps in/01.png xcf-out/a.png 1.01 > /dev/null && pass || fail "a.xcf is as it was"
"$TOOL" steps xcf-out/a.png xcf-out/b.png 0 > /dev/null && pass || fail "a selection and its channel give other pictures"

# frames: what cannot be read is left out
mkdir frames
cp in/01.png in/02.png in/11.png in/03.png frames
for ending in gif webp; do
  example "(stylemap-animation \"frames\" \"friend.png\" \"mask.png\" \"film\" \"film.$ending\" 80 $options)"
  lines film/log.txt done: 3
  shown=$("$COMMAND" reconstruct ./tiny.safetensors film/film.$ending -o film/no.png 2>&1)
  case $shown in *"holds 3 pictures"*) pass ;; *) fail "film.$ending: $shown $(cat film/log.txt)" ;; esac
done
echo "$passed checks passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 30 ]
