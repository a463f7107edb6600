; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (grey name precision limit-alpha limit)
  (try-one (string-append name ", grey and alpha") GRAY GRAYA-IMAGE precision #f limit-alpha)
  (try-one (string-append name ", grey, in a group") GRAY GRAY-IMAGE precision #t limit))

(grey "8 bit" PRECISION-U8-GAMMA 0 0)
(grey "8 bit linear" PRECISION-U8-LINEAR 0 0)

; GIMP 2.10 composites grey as three equal colours and weighs them together again, so any layer whatever that is put
; into a grey float image changes last digits beneath it: an empty one with a black mask changes as many. Measured
; here: 4.8e-7 where values reach 1.3. Where half-transparent layers lie over each other, such a last digit can decide
; how a 16-bit value is rounded: 41 of 5000 pixels, by one step of 65535.
(grey "16 bit" PRECISION-U16-GAMMA (/ 1.01 65535) 0)
(grey "16 bit linear" PRECISION-U16-LINEAR (/ 1.01 65535) 0)
(grey "32 bit float" PRECISION-FLOAT-GAMMA 6e-7 6e-7)
(grey "32 bit float linear" PRECISION-FLOAT-LINEAR 6e-7 6e-7)
(finish)
