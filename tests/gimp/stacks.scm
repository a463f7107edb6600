; SPDX-License-Identifier: GPL-3.0-or-later
; Random stacks: layers of every mode, opacity, size, mask and space around the target, in groups, at every precision.
; Not a bit of what is visible changes outside the selection, at the first edit and at the second; but of floats the last
; digit, which GIMP does not always compute as the time before (seen: 1.2e-7 in two pixels, in one of two equal runs).
(load "lib.scm")
(load "stacks-range.scm")

(define state 1)
(define (pick n)
  (set! state (modulo (+ (* state 1103515245) 12345) 2147483648))
  (modulo (quotient state 65536) n))
(define (one-of . choices) (list-ref choices (pick (length choices))))
(define (chance percent) (< (pick 100) percent))

(define width 48)
(define height 36)
; Not those for painting only.
(define modes
  (list LAYER-MODE-NORMAL LAYER-MODE-NORMAL LAYER-MODE-NORMAL-LEGACY LAYER-MODE-DISSOLVE LAYER-MODE-MULTIPLY-LEGACY
        LAYER-MODE-SCREEN-LEGACY LAYER-MODE-OVERLAY-LEGACY LAYER-MODE-HSV-HUE-LEGACY LAYER-MODE-GRAIN-MERGE-LEGACY
        LAYER-MODE-OVERLAY LAYER-MODE-LCH-HUE LAYER-MODE-LCH-COLOR LAYER-MODE-LCH-LIGHTNESS LAYER-MODE-MULTIPLY
        LAYER-MODE-SCREEN LAYER-MODE-DIFFERENCE LAYER-MODE-ADDITION LAYER-MODE-SUBTRACT LAYER-MODE-DARKEN-ONLY
        LAYER-MODE-HSV-HUE LAYER-MODE-HSV-SATURATION LAYER-MODE-HSL-COLOR LAYER-MODE-HSV-VALUE LAYER-MODE-DIVIDE
        LAYER-MODE-DODGE LAYER-MODE-BURN LAYER-MODE-HARDLIGHT LAYER-MODE-SOFTLIGHT LAYER-MODE-GRAIN-EXTRACT
        LAYER-MODE-VIVID-LIGHT LAYER-MODE-PIN-LIGHT LAYER-MODE-LINEAR-LIGHT LAYER-MODE-HARD-MIX LAYER-MODE-EXCLUSION
        LAYER-MODE-LINEAR-BURN LAYER-MODE-LUMA-DARKEN-ONLY LAYER-MODE-LUMINANCE LAYER-MODE-COLOR-ERASE LAYER-MODE-ERASE
        LAYER-MODE-MERGE LAYER-MODE-SPLIT))
(define precisions
  (list PRECISION-U8-GAMMA PRECISION-U8-GAMMA PRECISION-U8-GAMMA PRECISION-U8-LINEAR PRECISION-U16-GAMMA
        PRECISION-U16-LINEAR PRECISION-FLOAT-GAMMA PRECISION-FLOAT-LINEAR PRECISION-U32-GAMMA PRECISION-HALF-GAMMA
        PRECISION-DOUBLE-GAMMA))

; What layers are made of: noise with every alpha, and with alpha 0 or 1.
(define noise '())
(define (make-noise image type)
  (set! noise
        (map (lambda (kind)
               (let ((layer (car (gimp-layer-new image 90 70 (if (= type RGB) RGBA-IMAGE GRAYA-IMAGE) "noise" 100 LAYER-MODE-NORMAL))))
                 (gimp-image-insert-layer image layer 0 0)
                 (gimp-item-set-visible layer FALSE)
                 (test-stylemap-fill layer (+ 1 (pick 10000)) kind)
                 layer))
             '(0 2))))
(define (add image name x y w h parent position opaque)
  (let ((layer (car (gimp-layer-copy (one-of (car noise) (car noise) (cadr noise)) FALSE))))
    (gimp-image-insert-layer image layer parent position)
    (gimp-item-set-name layer name)
    (gimp-item-set-visible layer TRUE)
    (gimp-layer-resize layer w h (- (pick (- 91 w))) (- (pick (- 71 h))))
    (gimp-layer-set-offsets layer x y)
    (if (chance opaque) (gimp-layer-flatten layer))
    (if (chance 50) (gimp-layer-add-alpha layer))
    layer))
(define (vary layer often)
  (if (chance often) (gimp-layer-set-mode layer (list-ref modes (pick (length modes)))))
  (if (chance often) (gimp-layer-set-opacity layer (one-of 6 17 28 41.3 66 83 99)))
  (if (chance (quotient often 2)) (gimp-layer-set-composite-space layer (one-of LAYER-COLOR-SPACE-RGB-LINEAR LAYER-COLOR-SPACE-RGB-PERCEPTUAL)))
  (if (chance (quotient often 2)) (gimp-layer-set-blend-space layer (one-of LAYER-COLOR-SPACE-RGB-LINEAR LAYER-COLOR-SPACE-RGB-PERCEPTUAL)))
  (if (chance (quotient often 2))
      (gimp-layer-set-composite-mode layer (one-of LAYER-COMPOSITE-UNION LAYER-COMPOSITE-CLIP-TO-BACKDROP LAYER-COMPOSITE-CLIP-TO-LAYER)))
  (if (chance (quotient often 2))
      (let ((mask (car (gimp-layer-create-mask layer (one-of ADD-MASK-COPY ADD-MASK-ALPHA)))))
        (gimp-layer-add-mask layer mask)
        (gimp-layer-set-edit-mask layer FALSE)
        (if (chance 20) (gimp-layer-set-apply-mask layer FALSE)))))
(define (add-some image n parent)
  (if (> n 0)
      (let* ((whole (chance 50))
             (layer (if whole
                        (add image "other" 0 0 width height parent 0 60)
                        (add image "other" (- (pick 40) 10) (- (pick 30) 10) (+ 5 (pick 50)) (+ 5 (pick 40)) parent 0 60))))
        (vary layer 50)
        (if (chance 15) (gimp-item-set-visible layer FALSE))
        (add-some image (- n 1) parent))))

; GIMP draws a stack's last digits otherwise where it draws another rectangle of it: seen in two pixels, by a step of 16
; bits, of a target that was hidden and shown again, and in 242 pixels of floats, by 3.5e-6, of a plain copy of it until
; that was hidden and shown. So what is compared was drawn anew on both sides.
(define (visible-anew image layers)
  (close-visible (visible image)) ; what was never drawn is drawn whole
  (map (lambda (layer)
         (if (= (car (gimp-item-get-visible layer)) TRUE)
             (begin (gimp-item-set-visible layer FALSE) (gimp-item-set-visible layer TRUE))))
       layers)
  (visible image))

(define (select image)
  (gimp-image-select-ellipse image (if (chance 30) CHANNEL-OP-ADD CHANNEL-OP-REPLACE)
                             (+ 8 (pick 12)) (+ 6 (pick 10)) (+ 8 (pick 12)) (+ 8 (pick 10))))
; The stack from the top, for the log of a failure: name, mode, opacity, spaces, composite mode, visible, alpha, mask, extent.
(define (describe items depth)
  (if (pair? items)
      (let ((l (car items)))
        (gimp-message
         (apply string-append depth (car (gimp-item-get-name l))
                (map (lambda (v) (string-append " " (text v)))
                     (append (list (car (gimp-layer-get-mode l)) (car (gimp-layer-get-opacity l))
                                   (car (gimp-layer-get-composite-space l)) (car (gimp-layer-get-composite-mode l))
                                   (car (gimp-item-get-visible l)) (car (gimp-drawable-has-alpha l))
                                   (car (gimp-layer-get-mask l)) (car (gimp-drawable-width l)) (car (gimp-drawable-height l)))
                             (gimp-drawable-offsets l)))))
        (if (= (car (gimp-item-is-group l)) TRUE)
            (describe (vector->list (cadr (gimp-item-get-children l))) (string-append depth "  ")))
        (describe (cdr items) depth))))
(define above 0)
(define copies 0)

(define (try n)
  (set! state (* n 7919))
  (pick 2)
  (let* ((type (if (chance 75) RGB GRAY))
         (precision (list-ref precisions (pick (length precisions))))
         (image (car (gimp-image-new-with-precision width height type precision)))
         (outer (pick 3)))
    (make-noise image type)
    (add-some image (pick 3) 0)
    (let* ((group (if (= outer 0) (car (gimp-layer-group-new image)) 0)))
      (if (= outer 0)
          (begin
            (gimp-image-insert-layer image group 0 0)
            (add-some image (pick 3) group)
            (vary group 20)
            (if (chance 30) (gimp-layer-set-mode group LAYER-MODE-PASS-THROUGH))))
      (let ((target (if (chance 60)
                        (add image "target" 0 0 width height group 0 85)
                        (add image "target" 3 -4 40 44 group 0 85))))
        (vary target 10)
        (add-some image (pick 3) group)
        (if (= outer 0) (add-some image (pick 2) 0))
        (let ((reference (add image "reference" 0 0 width height 0 0 60))
              (feather (one-of 0 0 3)))
          (gimp-item-set-visible reference FALSE)
          (let edit ((run 1) (shown target))
            (select image)
            (let* ((before (visible-anew image (list target shown)))
                   (result (transplant image target reference "./tiny.safetensors" 1.0 0 0 feather))
                   (after (visible-anew image (list target result)))
                   (counts (begin (if (> feather 0) (gimp-selection-grow image feather))
                                  (test-stylemap-outside before after result))))
              (if (= (car (gimp-layer-get-composite-mode result)) LAYER-COMPOSITE-CLIP-TO-BACKDROP)
                  (set! above (+ above 1))
                  (set! copies (+ copies 1)))
              (if (> (car counts) 0)
                  (begin (gimp-message (string-append "precision " (text precision) ", difference " (text (cadddr counts))))
                         (describe (layer-list image) "")))
              (at-most (string-append "stack " (text n) ", edit " (text run) ": change outside") (cadddr counts)
                       (if (< precision PRECISION-U32-LINEAR) 0 2.5e-7))
              (check (string-append "stack " (text n) ", edit " (text run) ": has an outside") (> (cadr counts) 200))
              (close-visible before)
              (close-visible after)
              (if (< run 2) (edit (+ run 1) result)))))))
    (gimp-image-delete image)))

(let loop ((n first))
  (if (< n (+ first n-stacks))
      (begin (try n) (loop (+ n 1)))))
(gimp-message (string-append "layers above: " (text above) ", copies: " (text copies)))
(finish)
