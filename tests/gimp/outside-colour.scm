; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (colour name precision)
  (try-one (string-append name ", alone, with alpha") RGB RGBA-IMAGE precision 'alone)
  (try-one (string-append name ", over another layer") RGB RGB-IMAGE precision 'over))

(colour "8 bit" PRECISION-U8-GAMMA)
(colour "8 bit linear" PRECISION-U8-LINEAR)
(colour "16 bit" PRECISION-U16-GAMMA)
(colour "16 bit linear" PRECISION-U16-LINEAR)
(colour "32 bit float" PRECISION-FLOAT-GAMMA)
(colour "32 bit float linear" PRECISION-FLOAT-LINEAR)

(try-one "8 bit, half transparent over another" RGB RGBA-IMAGE PRECISION-U8-GAMMA 'over)
(try-one "16 bit, half transparent over another" RGB RGBA-IMAGE PRECISION-U16-GAMMA 'over)
(try-one "16 bit, under another" RGB RGB-IMAGE PRECISION-U16-GAMMA 'under)
(try-one "32 bit" RGB RGBA-IMAGE PRECISION-U32-GAMMA 'alone)
(finish)
