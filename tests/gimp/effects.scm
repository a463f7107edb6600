; SPDX-License-Identifier: GPL-3.0-or-later
; GIMP 3 only: layer effects are seen as the user sees them, a single layer is edited, and the names of arguments count.
(load "lib.scm")

(define model "./tiny.safetensors")
(define (blur layer)
  (let ((filter (car (gimp-drawable-filter-new layer "gegl:gaussian-blur" "blur"))))
    (gimp-drawable-filter-configure filter LAYER-MODE-REPLACE 1.0 "std-dev-x" 9.0 "std-dev-y" 9.0)
    (gimp-drawable-append-filter layer filter)))

; What is visible after an edit of target.png. `target-effect`, `reference-effect`: 'none, 'shown (an effect of the
; layer) or 'merged (in its pixels).
(define (edited target-effect reference-effect)
  (let* ((image (open "target.png"))
         (target (active image))
         (reference (add-below image "reference.png"))
         (lay (lambda (layer effect)
                (if (not (eq? effect 'none)) (blur layer))
                (if (eq? effect 'merged) (gimp-drawable-merge-filters layer)))))
    (lay target target-effect)
    (lay reference reference-effect)
    (select-mask image 0 0)
    (let* ((before (visible image))
           (result (transplant image target reference model 1.0 0 0 4.0))
           (seen (visible image))
           (counts (test-stylemap-outside before seen result)))
      (equal "outside: changed pixels" (car counts) 0)
      (check "inside: changed pixels" (> (caddr counts) 1000))
      (list image result seen))))
(define (difference a b) (car (test-stylemap-inside (caddr a) (caddr b) (cadr a) 0)))

(let ((plain (edited 'none 'none)) (shown (edited 'none 'shown)) (merged (edited 'none 'merged)))
  (at-most "an effect of the reference, in steps of 8 bits" (difference shown merged) 1.01)
  (check "it is seen" (> (difference plain merged) 3) (difference plain merged))
  (let ((shown (edited 'shown 'none)) (merged (edited 'merged 'none)))
    (at-most "an effect of the target, in steps of 8 bits" (difference shown merged) 1.01)
    (check "it is seen" (> (difference plain merged) 3) (difference plain merged))))

(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (refuses "two layers" image 'work "edits one layer at a time, and 2 are selected"
           (lambda () (-transplant #:image image #:drawables (vector target reference) #:reference reference)))
  (refuses "no layer" image 'work "No layer is selected" (lambda () (-transplant #:image image #:drawables #())))
  (refuses "no reference" image 'argument "There is no reference layer"
           (lambda () (-transplant #:image image #:drawables (vector target))))
  (check "a wrong name" (contains? (failure (lambda () (-transplant #:image image #:refrence reference))) "refrence"))
  ; what is left out has its default: the model that ships, strength 1, a feather by size
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 100 100 50 50)
  (let ((result (car (-transplant #:image image #:drawables (vector target) #:reference reference))))
    (check "defaults: feathered" (< 0.6 (car (test-stylemap-mask-at result 100 125)) 0.75)
           (car (test-stylemap-mask-at result 100 125))))
  (gimp-image-delete image))
(finish)
