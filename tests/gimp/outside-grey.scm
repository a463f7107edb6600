; SPDX-License-Identifier: GPL-3.0-or-later
(load "outside-lib.scm")

(define (grey name precision)
  (try-one (string-append name ", alone, with alpha") GRAY GRAYA-IMAGE precision 'alone)
  (try-one (string-append name ", over another layer") GRAY GRAY-IMAGE precision 'over))

(grey "8 bit" PRECISION-U8-GAMMA)
(grey "8 bit linear" PRECISION-U8-LINEAR)
(grey "16 bit" PRECISION-U16-GAMMA)
(grey "16 bit linear" PRECISION-U16-LINEAR)

(grey "32 bit float" PRECISION-FLOAT-GAMMA)
(grey "32 bit float linear" PRECISION-FLOAT-LINEAR)
(finish)
