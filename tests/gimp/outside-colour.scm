; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (colour name precision)
  (try-one (string-append name ", colour and alpha") RGB RGBA-IMAGE precision #f 0)
  (try-one (string-append name ", colour, in a group") RGB RGB-IMAGE precision #t 0))

(colour "8 bit" PRECISION-U8-GAMMA)
(colour "8 bit linear" PRECISION-U8-LINEAR)
(colour "16 bit" PRECISION-U16-GAMMA)
(colour "16 bit linear" PRECISION-U16-LINEAR)
(colour "32 bit float" PRECISION-FLOAT-GAMMA)
(colour "32 bit float linear" PRECISION-FLOAT-LINEAR)

; 32-bit integers are computed as floats of 24 bits (measured: 2.4e-7).
(try-one "32 bit" RGB RGBA-IMAGE PRECISION-U32-GAMMA #f 6e-7)
(finish)
