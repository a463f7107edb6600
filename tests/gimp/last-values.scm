; SPDX-License-Identifier: GPL-3.0-or-later
; RUN-WITH-LAST-VALS takes what the file in the profile says (defaults for what makes no sense there), and for the
; reference what the dialog would propose: the layer below the target.
(load "lib.scm")

(define (delq-of item items)
  (cond ((null? items) items)
        ((equal? (car items) item) (delq-of item (cdr items)))
        (else (cons (car items) (delq-of item (cdr items))))))

(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png"))
       (made (plug-in-stylemap-interpolate RUN-WITH-LAST-VALS image target target "nosuch" 99 99)))
  (equal "frames" (car made) 3)
  (equal "frame time" (car (gimp-item-get-name (vector-ref (cadr made) 2))) "Frame 3 (250ms)")
  (check "transplant" (number? (car (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0))))
  (define (reconstructed mode)
    (car (gimp-item-get-name (car (plug-in-stylemap-reconstruct mode image target "./tiny.safetensors")))))
  (check "refined" (contains? (reconstructed RUN-WITH-LAST-VALS) "refined: MSE"))
  (equal "not refined in a script" (reconstructed RUN-NONINTERACTIVE) "StyleMap Reconstruct")
  (gimp-image-remove-layer image reference)
  (for-each (lambda (layer) (gimp-image-remove-layer image layer)) (delq-of target (layer-list image)))
  (refuses "no layer to take from" image 'argument "no reference layer"
           (lambda () (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0)))
  (gimp-image-delete image))
(finish)
