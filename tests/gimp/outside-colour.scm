; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (colour name precision)
  (try-one (string-append name ", alone, with alpha") RGB RGBA-IMAGE precision 'alone 0)
  (try-one (string-append name ", over another layer") RGB RGB-IMAGE precision 'over 0))

(colour "8 bit" PRECISION-U8-GAMMA)
(colour "8 bit linear" PRECISION-U8-LINEAR)
(colour "16 bit" PRECISION-U16-GAMMA)
(colour "16 bit linear" PRECISION-U16-LINEAR)
(colour "32 bit float" PRECISION-FLOAT-GAMMA)
(colour "32 bit float linear" PRECISION-FLOAT-LINEAR)

; GIMP composites in floats and rounds what it shows. Where a half-transparent layer lies over another, the value
; before rounding may be anything, and the way it is converted there (babl chooses the fastest, by measuring) decides
; how it is rounded: by one step in 12 of 5000 pixels, sometimes. So would any other layer.
(try-one "8 bit, half transparent over another" RGB RGBA-IMAGE PRECISION-U8-GAMMA 'over (/ 1.01 255))
(try-one "16 bit, half transparent over another" RGB RGBA-IMAGE PRECISION-U16-GAMMA 'over (/ 1.01 65535))
; 32-bit integers are computed as floats of 24 bits (measured: 2.4e-7).
(try-one "32 bit" RGB RGBA-IMAGE PRECISION-U32-GAMMA 'alone 6e-7)
(finish)
