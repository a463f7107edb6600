; SPDX-License-Identifier: GPL-3.0-or-later
; The default method, with the model that ships. The options have the command's names, words and defaults.
(load "heal-lib.scm")

(define (off-canvas image)
  (gimp-image-resize image 420 400 -90 -60)
  (select-mask image -90 -60))

(try "8 bit" -1 0 "expected-heal.png" plainly "feather=12 mask-rule=0 space=0 extend=no")
(try "16 bit" PRECISION-U16-GAMMA 0 "expected-heal.png" plainly "feather=12 method=heal")
(try "32 bit float linear" PRECISION-FLOAT-LINEAR 0.99999 "expected-heal.png" plainly "feather=12")
(try "an offset" -1 0 "expected-heal.png" off-canvas "feather=12")
(try "every option" -1 0 "expected-options.png" plainly
     "model=toon-portraits-128 feather=12 collage=clone rounds=2 detail=80 strength=0.7")
(try "matched colours" -1 0 "expected-match.png" plainly "feather=12 match-colours=yes")
(try "styles" -1 0 "expected-styles.png" plainly "feather=12 method=styles mask-rule=1 space=1")
(finish)
