; SPDX-License-Identifier: GPL-3.0-or-later
; RUN-WITH-LAST-VALS takes what the file in the profile says (defaults for what makes no sense there), and for the
; reference what the dialog would propose: the layer below the target, else above it, and no earlier result.
(load "lib.scm")

(define (delq-of item items)
  (cond ((null? items) items)
        ((equal? (car items) item) (delq-of item (cdr items)))
        (else (cons (car items) (delq-of item (cdr items))))))
(define (recipe layer) (caddr (car (gimp-item-get-parasite layer "stylemap-edit"))))
(define (with-last-values image target)
  (car (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0)))

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
  ; the method: only styles are refined, and a script has styles and no refinement whatever a dialog chose
  (define (with-method method mode)
    (call-with-output-file (if in-gimp-3 "gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-transplant.last"
                               "gimp/stylemap-last-values")
      (lambda (port)
        (display (if in-gimp-3 "(model \"./tiny.safetensors\")\n(refine yes)\n(refine-steps 2)\n(mask-rule 1)\n"
                     "[plug-in-stylemap-transplant]\nmodel=./tiny.safetensors\nrefine=true\nrefine-steps=2\nmask-rule=1\n")
                 port)
        (if (not (string=? method ""))
            (for-each (lambda (text) (display text port))
                      (if in-gimp-3 (list "(method \"" method "\")\n") (list "method=" method "\n"))))))
    (contains? (car (gimp-item-get-name (car (plug-in-stylemap-transplant mode image target reference
                                                                          "./tiny.safetensors" 1 0 0 0))))
               "refined: MSE"))
  (if (not in-gimp-3) ; where what the file lacks is taken from the call
      (equal "healed, as by default" (with-method "" RUN-WITH-LAST-VALS) #f))
  (equal "healed" (with-method "heal" RUN-WITH-LAST-VALS) #f)
  (equal "styles" (with-method "styles" RUN-WITH-LAST-VALS) #t)
  (if (not in-gimp-3) (equal "healed, where it is nonsense" (with-method "7" RUN-WITH-LAST-VALS) #f))
  (equal "not refined in a script" (with-method "styles" RUN-NONINTERACTIVE) #f)
  (gimp-image-remove-layer image reference)
  (for-each (lambda (layer) (gimp-image-remove-layer image layer)) (delq-of target (layer-list image)))
  (refuses "no layer to take from" image 'argument "no reference layer"
           (lambda () (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0)))
  (gimp-image-delete image))

; from the top: the reference, a result, the target, which a reference was below before
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png"))
       (result (transplant image target reference "./tiny.safetensors" 1.0 0 0 0.0)))
  (gimp-item-set-name reference "the reference")
  (gimp-item-set-name result "the result")
  (gimp-image-reorder-item image reference 0 0)
  (let ((made (with-last-values image target)))
    (check "an earlier result is not proposed" (contains? (recipe made) "reference-name=the reference\n"))
    (gimp-image-remove-layer image made))
  (gimp-image-remove-layer image reference)
  (check "unless there is nothing else" (contains? (recipe (with-last-values image target)) "reference-name=the result\n"))
  (gimp-image-delete image))
(finish)
