; SPDX-License-Identifier: GPL-3.0-or-later
; Many edits in one session: after the last GIMP has as much memory as after the 20th, within 5 %.
(load "table-lib.scm")

(define pid (number->string (call-with-input-file "gimp-pid" read)))
(define (memory) ; pages
  (call-with-input-file (string-append "/proc/" pid "/statm") (lambda (port) (read port) (read port))))
(define kinds (list (lambda () (healed "")) styles reconstruct frames mix (lambda () (fill target 0) (healed "feather=3"))))
(define early 0)

(let loop ((n 1))
  (picture 90 70 RGB PRECISION-U8-GAMMA)
  (let ((said (failure (list-ref kinds (modulo n (length kinds))))))
    (if (not (string=? said "")) (check (string-append "edit " (number->string n)) #f said)))
  (gimp-image-delete image)
  (if (= n 20) (set! early (memory)))
  (if (< n edits) (loop (+ n 1))))
(gimp-message (string-append (number->string edits) " edits: " (number->string early) " pages after the 20th, "
                             (number->string (memory)) " after the last"))
(at-most "memory after the last edit, of that after the 20th" (/ (memory) early) 1.05)
(forget-kept)
(equal "images that are left" (images) 0)
(finish)
