; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (grey name precision limit)
  (try-one (string-append name ", alone, with alpha") GRAY GRAYA-IMAGE precision 'alone limit)
  (try-one (string-append name ", over another layer") GRAY GRAY-IMAGE precision 'over limit))

(grey "8 bit" PRECISION-U8-GAMMA 0)
(grey "8 bit linear" PRECISION-U8-LINEAR 0)
(grey "16 bit" PRECISION-U16-GAMMA 0)
(grey "16 bit linear" PRECISION-U16-LINEAR 0)

; GIMP 2.10 composites grey as three equal colours and weighs them together again, so any layer whatever that is put
; into a grey float image changes last digits beneath it: an empty one with a black mask changes as many. Measured
; here: 4.8e-7 where values reach 1.3.
(grey "32 bit float" PRECISION-FLOAT-GAMMA 6e-7)
(grey "32 bit float linear" PRECISION-FLOAT-LINEAR 6e-7)
(finish)
