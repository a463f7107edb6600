; SPDX-License-Identifier: GPL-3.0-or-later
; A reference is taken as it is seen: with its layer mask and, in GIMP 3, its effects; a layer group as its layers
; together show.
(load "seen-lib.scm")

(define (in-group image layer)
  (let ((group (car (gimp-layer-group-new image))))
    (gimp-image-insert-layer image group 0 0)
    (gimp-image-reorder-item image layer group 0)
    group))
; A patch over the middle of what is there: `colour`, in a mode and with an opacity.
(define (add-patch image group colour mode opacity)
  (let ((patch (car (gimp-layer-new image 300 200 RGBA-IMAGE "patch" opacity mode))))
    (gimp-image-insert-layer image patch group 0)
    (gimp-layer-set-offsets patch 110 90)
    (gimp-context-set-foreground colour)
    (gimp-drawable-edit-fill patch FILL-FOREGROUND)
    patch))
(define (add-mask image layer)
  (let ((mask (car (gimp-layer-create-mask layer ADD-MASK-WHITE))))
    (gimp-layer-add-mask layer mask)
    (gimp-context-set-feather TRUE)
    (gimp-context-set-feather-radius 20 20)
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 250 512)
    (gimp-context-set-feather FALSE)
    (gimp-context-set-foreground '(0 0 0))
    (gimp-drawable-edit-fill mask FILL-FOREGROUND)
    (gimp-layer-set-edit-mask layer FALSE)
    (gimp-selection-none image)))
(define (blur layer)
  (let ((filter (car (gimp-drawable-filter-new layer "gegl:gaussian-blur" "blur"))))
    (gimp-drawable-filter-configure filter LAYER-MODE-REPLACE 1.0 "std-dev-x" 9.0 "std-dev-y" 9.0)
    (gimp-drawable-append-filter layer filter)))

(try "a layer mask" add-mask)
(try "a layer mask that is painted on"
     (lambda (image layer) (add-mask image layer) (gimp-layer-set-edit-mask layer TRUE)))
(try "a layer mask, without alpha" (lambda (image layer) (gimp-layer-flatten layer) (add-mask image layer)))
(try "a layer mask, grey" (lambda (image layer) (gimp-image-convert-grayscale image) (add-mask image layer)))
(try "a layer mask at 16 bit linear"
     (lambda (image layer) (gimp-image-convert-precision image PRECISION-U16-LINEAR) (add-mask image layer)))
(try "a group"
     (lambda (image layer)
       (let ((group (in-group image layer)))
         (add-patch image group '(40 160 60) LAYER-MODE-MULTIPLY 70.0)
         (gimp-item-set-visible (add-patch image group '(255 255 255) LAYER-MODE-NORMAL 100.0) FALSE))))
(try "a group in a group, larger than the canvas"
     (lambda (image layer)
       (let* ((group (in-group image layer)) (outer (in-group image group)))
         (gimp-image-resize image 420 440 -30 -20)
         (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 420 440)
         (add-patch image group '(200 30 30) LAYER-MODE-NORMAL 50.0)
         (gimp-selection-none image)
         (gimp-image-resize image 512 512 30 20))))
(try "a group that lets through"
     (lambda (image layer)
       (let ((group (in-group image layer)))
         (add-patch image group '(20 30 200) LAYER-MODE-NORMAL 60.0)
         (gimp-layer-set-mode group LAYER-MODE-PASS-THROUGH))))
(try "a group with a layer mask"
     (lambda (image layer)
       (let ((group (in-group image layer)))
         (add-patch image group '(40 160 60) LAYER-MODE-NORMAL 70.0)
         (add-mask image group))))
(if in-gimp-3
    (begin
      (try "an effect under a layer mask" (lambda (image layer) (blur layer) (add-mask image layer)))
      (try "a layer with an effect in a group" (lambda (image layer) (in-group image layer) (blur layer)))
      (try "a group with an effect" (lambda (image layer) (blur (in-group image layer))))))

; what is switched off is not seen, and neither are the reference's own opacity, mode and visibility
(let* ((source (open "reference.png")) (layer (active source)))
  (add-mask source layer)
  (gimp-layer-set-apply-mask layer FALSE)
  (gimp-layer-set-opacity layer 20.0)
  (gimp-layer-set-mode layer LAYER-MODE-MULTIPLY)
  (gimp-item-set-visible layer FALSE)
  (let ((made (edited layer)))
    (equal "a mask that is switched off" (difference made plain) 0.0)
    (forget made))
  (gimp-image-delete source))
(forget plain)
(finish)
