; SPDX-License-Identifier: GPL-3.0-or-later
; Outside the mask not a bit of what is visible changes, with a feathered selection and a target that is not where
; the canvas is. Loaded by outside-colour.scm and outside-grey.scm.
(load "lib.scm")

; `how`: 'alone, the target is the only visible layer (with every alpha, if its type has one);
;        'over, it lies in a group over another layer;
;        'under, it covers another layer, and over it lies one that lets it shine through.
(define (try-one what type layer-type precision how)
  (try-method (string-append what ", styles") type layer-type precision how
              (lambda (image target reference) (transplant image target reference "./tiny.safetensors" 1.0 0 0 5.0)))
  (try-method (string-append what ", healed") type layer-type precision how
              (lambda (image target reference)
                (heal image target reference "model=./tiny.safetensors feather=5 rounds=1"))))

(define (try-method what type layer-type precision how edit)
  (let* ((image (car (gimp-image-new-with-precision 90 70 type precision)))
         (beneath (car (gimp-layer-new image 90 70 layer-type "beneath" 100 LAYER-MODE-NORMAL)))
         (target (car (gimp-layer-new image (if (eq? how 'under) 104 80) 84 layer-type "target" 100 LAYER-MODE-NORMAL)))
         (group (if (eq? how 'over) (car (gimp-layer-group-new image)) 0)))
    (gimp-image-insert-layer image beneath 0 0)
    (if (eq? how 'over) (gimp-image-insert-layer image group 0 0))
    (if (eq? how 'alone) (gimp-item-set-visible beneath FALSE))
    (gimp-image-insert-layer image target group 0)
    (gimp-layer-set-offsets target (if (eq? how 'under) -6 6) -9)
    (test-stylemap-fill beneath 1 0)
    (test-stylemap-fill target 2 0)
    (if (eq? how 'under)
        (let ((above (car (gimp-layer-copy beneath FALSE))))
          (gimp-image-insert-layer image above 0 0)
          (gimp-layer-set-opacity above 40)))
    (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 30 15 34 30)
    (let* ((before (visible image))
           (result (edit image target beneath))
           (after (visible image))
           (counts (begin (gimp-selection-grow image 5) (test-stylemap-outside before after result))))
      (equal (string-append what ": changed pixels outside") (car counts) 0)
      (check (string-append what ": has an outside") (> (cadr counts) 2000) (cadr counts))
      (check (string-append what ": changed pixels inside") (> (caddr counts) 200) (caddr counts))
      (equal (string-append what ": numbers that are not finite") (list-ref counts 4) 0)
      (close-visible before)
      (close-visible after))
    (gimp-image-delete image)))
