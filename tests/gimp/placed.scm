; SPDX-License-Identifier: GPL-3.0-or-later
; Squares that are placed by numbers, and where the layers lie on the canvas.
(load "heal-lib.scm")

(define (apart image) ; the reference 20 to the left of the target and 10 below it; hidden, so that light is mixed as before
  (gimp-layer-set-offsets (cadr (layer-list image)) -20 10)
  (gimp-item-set-visible (cadr (layer-list image)) FALSE)
  (plainly image))
(try "as placed" -1 0 "expected-placed.png" apart "feather=12 placement=256,200,300,15 reference-placement=as-placed")
(try "by numbers" PRECISION-U16-GAMMA 0 "expected-placed.png" apart
     "feather=12 placement=256,200,300,15 reference-placement=276,190,300,15")
(try "mirrored" -1 0 "expected-mirrored.png" plainly "feather=12 reference-placement=250,260,400 mirror=yes placement=centre")
(finish)
