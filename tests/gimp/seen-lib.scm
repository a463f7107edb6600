; SPDX-License-Identifier: GPL-3.0-or-later
; What is made of a reference is what is made of a flat copy of what is visible of it. Loaded by seen.scm and seen-3.2.scm.
(load "lib.scm")

(define model "./tiny.safetensors")

; What is visible after a transplant of `reference` into target.png, as (layer result).
(define (edited reference)
  (let* ((image (open "target.png")))
    (select-mask image 0 0)
    (let ((result (transplant image (active image) reference model 1.0 0 0 4.0)))
      (list (visible image) result))))
(define (difference a b) (car (test-stylemap-inside (car a) (car b) (cadr a) 0)))
(define (forget . edits)
  (map (lambda (e) (close-visible (car e)) (gimp-image-delete (car (gimp-item-get-image (cadr e))))) edits))

(define plain ; as the reference alone
  (let* ((source (open "reference.png")) (made (edited (active source))))
    (gimp-image-delete source)
    made))

; `change` makes of an image with reference.png, its layer `layer`, one that has a single item at the top.
(define (try what change)
  (let* ((source (open "reference.png")))
    (change source (active source))
    (let* ((flat (visible source))
           (made (edited (car (layer-list source))))
           (expected (edited flat)))
      (equal (string-append what ": items") (length (layer-list source)) 1)
      (at-most (string-append what ", in steps of 8 bits") (difference made expected) 1.01)
      (check (string-append what ": it is seen") (> (difference made plain) 3) (difference made plain))
      (close-visible flat)
      (forget made expected))
    (gimp-image-delete source)))
