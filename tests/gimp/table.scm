; SPDX-License-Identifier: GPL-3.0-or-later
; Pictures of every kind, and what becomes of them: a row is a name, an outcome and the steps that make the picture out of
; the usual one (table-lib.scm has the steps). Outcomes:
;   works               a new layer lies above the target, beside the selection not a bit of what is visible changes, every
;                       other layer is as it was, there is one undo step, and a saved file shows the same
;   shows-nothing       the same, but there is nothing of it to be seen
;   (argument PART)     the call itself was wrong: a sentence with PART in it; image and undo history are as they were
;   (work PART)         the same, of what could not be done
; The step (only-in NAME) says which GIMP has such a thing at all.
(load "table-lib.scm")

(define sizes '(
  ("1 x 1" works (picture 1 1 RGB PRECISION-U8-GAMMA))
  ("1 x 70" works (picture 1 70 RGB PRECISION-U8-GAMMA))
  ("90 x 1" works (picture 90 1 RGB PRECISION-U8-GAMMA))
  ("2 x 2, one pixel selected" works (picture 2 2 RGB PRECISION-U8-GAMMA) (select 1 0 1 1))
  ("3 x 20000" works (picture 3 20000 RGB PRECISION-U8-GAMMA))
  ("20000 x 3" works (picture 20000 3 GRAY PRECISION-U16-LINEAR))
  ("12000 x 9000" works (picture 12000 9000 RGB PRECISION-U8-GAMMA))
))

(define kinds '(
  ("indexed" (work "StyleMap cannot edit an indexed image. Choose Image > Mode > RGB first") (indexed))
  ("a grey profile" works (picture 90 70 GRAY PRECISION-U16-GAMMA) (with-profile 3))
  ("Adobe RGB" works (picture 90 70 RGB PRECISION-U16-GAMMA) (with-profile 1))
  ("ProPhoto, 8 bit" works (with-profile 2))
  ("ProPhoto, 16 bit linear" works (picture 90 70 RGB PRECISION-U16-LINEAR) (with-profile 2))
  ("ProPhoto, float" works (picture 90 70 RGB PRECISION-FLOAT-GAMMA) (with-profile 2))
  ("numbers that are none or infinite in the reference" works (picture 90 70 RGB PRECISION-FLOAT-LINEAR) (fill reference 3))
  ("numbers of 1e30 and -1e30" works (picture 90 70 RGB PRECISION-FLOAT-GAMMA) (fill target 4))
  ("the same in the reference, linear" works (picture 90 70 RGB PRECISION-FLOAT-LINEAR) (fill reference 4))
  ("numbers below 0" works (picture 90 70 RGB PRECISION-FLOAT-LINEAR) (fill target 5) (fill reference 5))
))

(define alphas '(
  ("fully transparent" (work "The target is fully transparent where it would change") (clear target))
  ("fully transparent where it is selected" (work "The target is fully transparent where it would change") (clear-selected target))
  ("half transparent" works (fill target 0))
  ("here and there transparent" works (fill target 2))
  ("a reference that is fully transparent" (work "The reference is fully transparent in the model's square") (clear reference))
  ("a reference that is fully transparent where it is selected" shows-nothing (clear-selected reference))
  ("a reference that is half transparent" works (fill reference 0))
  ("opacity of 40 %" works (gimp-layer-set-opacity target 40))
  ("opacity of 0 %" shows-nothing (gimp-layer-set-opacity target 0))
))

(define places '(
  ("in a group" works (in-group target))
  ("in a group in a group" works (in-group (in-group target)))
  ("in a group that lets through" works (gimp-layer-set-mode (in-group target) LAYER-MODE-PASS-THROUGH))
  ("in a hidden group" shows-nothing (gimp-item-set-visible (in-group target) FALSE))
  ("in a group with a layer mask" works (add-mask (in-group target) ADD-MASK-COPY))
  ("a group as target" (work "StyleMap edits single layers, and this is a layer group") (set! target (in-group target)))
  ("a group as reference" works (gimp-item-set-visible reference TRUE) (set! reference (in-group reference)))
  ("a group that shows nothing as reference" (work "The reference is fully transparent in the model's square") (set! reference (in-group reference)))
  ("an empty group as reference" (work "The reference is fully transparent in the model's square") (set! reference (empty-group)))
  ("the target's group as reference" (argument "The target lies in the layer group that is to be the reference") (set! reference (in-group target)))
  ("hidden" works (gimp-item-set-visible target FALSE))
  ("over the canvas's edges" works (gimp-layer-set-offsets target -9 -14) (select 0 0 30 20))
  ("larger than the canvas" works (gimp-image-resize image 40 30 -20 -20) (select 5 5 20 20))
  ("outside the canvas" shows-nothing (gimp-layer-set-offsets target 200 -90) (gimp-selection-none image))
  ("outside the canvas, something selected" (work "The selected region misses the model's square") (gimp-layer-set-offsets target 200 -90))
  ("under a layer that lets it shine through" works (picture 90 70 RGB PRECISION-U16-GAMMA) (gimp-layer-set-opacity (add-above) 40))
  ("a copy of it in another image" works (set! reference (copied-elsewhere target)))
))

(define layers '(
  ("a layer mask" works (add-mask target ADD-MASK-WHITE))
  ("a grey layer mask" works (add-mask target ADD-MASK-COPY))
  ("a layer mask that is shown" shows-nothing (gimp-layer-set-show-mask (masked target ADD-MASK-COPY) TRUE))
  ("a layer mask that is edited" works (gimp-layer-set-edit-mask (masked target ADD-MASK-COPY) TRUE))
  ("a layer mask that is the target" (work "A layer mask is being edited") (set! target (add-mask target ADD-MASK-WHITE)))
  ("a layer mask that is switched off" works (gimp-layer-set-apply-mask (masked target ADD-MASK-COPY) FALSE))
  ("a layer mask that hides all" shows-nothing (add-mask target ADD-MASK-BLACK))
  ("a channel as target" (work "StyleMap edits layers, and a channel is active") (set! target (add-channel "channel")))
  ("a text layer" works (set! target (text-layer)) (gimp-selection-none image))
  ("a text layer as reference" works (set! reference (text-layer)))
  ("a floating selection" (work "There is a floating selection. Choose Layer > Anchor Layer") (gimp-selection-float target 5 5))
  ("locked pixels" works (gimp-item-set-lock-content target TRUE))
  ("locked pixels, half transparent" works (fill target 0) (gimp-item-set-lock-content target TRUE))
  ("locked position" works (gimp-item-set-lock-position target TRUE))
  ("locked position, half transparent" works (fill target 0) (gimp-item-set-lock-position target TRUE))
  ("locked alpha" works (gimp-layer-set-lock-alpha target TRUE))
  ("locked alpha, half transparent" works (fill target 0) (gimp-layer-set-lock-alpha target TRUE))
  ("locked visibility" works (only-in "3") (gimp-item-set-lock-visibility target TRUE))
  ("locked visibility, half transparent" works (only-in "3") (fill target 0) (gimp-item-set-lock-visibility target TRUE))
  ("all locked, in a locked group" works (fill target 0) (lock target) (lock (in-group target)))
  ("an effect" works (only-in "3") (blur target))
  ("an effect, half transparent" works (only-in "3") (fill target 0) (blur target))
  ("an effect of the reference" works (only-in "3") (blur reference))
  ("a link layer" works (only-in "3.2") (set! target (link-layer)))
  ("a vector layer" works (only-in "3.2") (set! target (vector-layer)))
  ("a vector layer as reference" works (only-in "3.2") (set! reference (vector-layer)))
))

(define selections '(
  ("nothing selected" works (gimp-selection-none image))
  ("nothing selected, half transparent" works (fill target 0) (gimp-selection-none image))
  ("all selected" works (gimp-selection-all image))
  ("one pixel selected" works (select 40 30 1 1))
  ("a selection outside the layer" (work "The selected region misses the model's square") (gimp-layer-set-offsets target 40 0) (select 0 0 20 70))
  ("a selection around the square" (work "The selected region misses the model's square") (select 0 0 8 70) (add-to-selection 82 0 8 70))
  ("an inverted selection" works (gimp-selection-invert image))
  ("a soft selection" works (gimp-selection-feather image 12))
  ("a selection that can hardly be seen" may-show (hardly-selected))
  ("a feather of nothing's size" (work "Choose a smaller feather") (select 40 30 2 2) (with "feather=900"))
  ("a feather" works (with "feather=5") (set! grown 5))
  ("a quick mask, as a user calls" (work "StyleMap edits layers, and a channel is active") (set! target (add-channel "Qmask")))
  ("a quick mask, as a script calls" works (add-channel "Qmask"))
  ("a selection that a channel was loaded into" works (gimp-image-select-item image CHANNEL-OP-REPLACE (add-channel "channel")))
))

(define references '(
  ("the target as reference" (argument "Target and reference are the same layer") (set! reference target))
  ("a channel as reference" (argument "The reference must be a layer, not a channel or a layer mask") (set! reference (add-channel "channel")))
  ("a layer mask as reference" (argument "The reference must be a layer, not a channel or a layer mask") (set! reference (add-mask reference ADD-MASK-WHITE)))
  ("a reference that is seen" works (gimp-item-set-visible reference TRUE))
  ("a reference of another image" works (elsewhere RGB PRECISION-U8-GAMMA))
  ("a reference of a float image" works (elsewhere RGB PRECISION-FLOAT-LINEAR))
  ("a reference of 8 bits for floats" works (picture 90 70 RGB PRECISION-FLOAT-LINEAR) (elsewhere RGB PRECISION-U8-GAMMA))
  ("a grey reference" works (elsewhere GRAY PRECISION-U16-GAMMA))
  ("a reference of colours for grey" works (picture 90 70 GRAY PRECISION-U8-GAMMA) (elsewhere RGB PRECISION-HALF-LINEAR))
  ("an indexed reference" works (elsewhere RGB PRECISION-U8-GAMMA) (gimp-image-convert-indexed (car others) CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 8 FALSE FALSE ""))
  ("a reference of an image that was closed" (gimp "") (elsewhere RGB PRECISION-U8-GAMMA) (close-others))
  ("a reference that was deleted" (gimp "") (gimp-image-remove-layer image reference))
  ("a target that was deleted" (gimp "") (gimp-image-remove-layer image target))
  ("a target of another image" (argument "The target is not a layer of this image") (swap-with-elsewhere))
  ("a reference of one pixel" works (gimp-layer-resize reference 1 1 -5 -5))
  ("a reference of one row" works (gimp-layer-resize reference 90 1 0 -5))
))

(define squares '(
  ("a placement" works (with "placement=40,30,50"))
  ("a placement off the layer" (argument "The target's square, 20 pixels wide around (400, 30), does not touch the target") (with "placement=400,30,20"))
  ("a reference's placement off the layer" (argument "The reference's square, 20 pixels wide around (400, 30), does not touch the reference") (with "reference-placement=400,30,20"))
  ("turned 180 degrees" works (with "placement=40,30,50,180"))
  ("turned by 17 degrees, mirrored" works (with "placement=40,30,50,17 reference-placement=as-placed mirror=yes"))
  ("one pixel wide" works (gimp-selection-none image) (with "placement=40.5,30.5,1"))
  ("1e6 pixels wide" works (with "placement=40,30,1000000"))
  ("a side of no pixels" (argument "placement") (with "placement=40,30,0"))
  ("a side that is no number" (argument "placement") (with "placement=40,30,nan"))
))

(define others-procedures '(
  ("reconstructed" works (by reconstruct))
  ("reconstructed, half transparent" works (fill target 0) (by reconstruct))
  ("mixed" works (by mix))
  ("by styles" works (by styles))
  ("by styles, refined" works (by refined))
  ("frames" works (by frames))
  ("frames, half transparent" works (fill target 0) (by frames))
  ("as frames by strength" works (by strengths))
  ("without undo" works-without-undo (gimp-image-undo-disable image))
))

(for-each try-rows (list sizes kinds alphas places layers selections references squares others-procedures))

; With EVERY=yes: every precision that this GIMP has, in colours and in grey, a half transparent target alone and an opaque one
; over another layer in a group (with EVERY=half one of these each, in turn);
(define turn 0) ; kinds of one depth are beside each other, so that each way meets each kind
(define (try-precisions type-name type)
  (for-each
    (lambda (precision)
      (define (row how . steps)
        (try-row (append (list (string-append type-name ", " (car precision) ", " how) 'works
                               (list 'picture 90 70 type (cadr precision)))
                         steps)))
      (define (mine which) (or (string=? every "yes") (= (modulo (+ turn (quotient turn 2)) 2) which)))
      (if (mine 0) (row "half transparent, alone" '(alone) '(by styles)))
      (if (mine 1) (row "over another" '(in-group target) '(with "feather=5") '(set! grown 5)))
      (set! turn (+ turn 1)))
    precisions))
; every mode that a layer can have.
(define (try-modes)
  (for-each
    (lambda (mode)
      (let ((name (string-append "mode " (number->string mode))))
        (try-row (list (string-append name " of the target") 'may-show (list 'gimp-layer-set-mode 'target mode)))
        (try-row (list (string-append name " above it") 'may-show (list 'gimp-layer-set-mode '(add-above) mode)))))
    (modes)))
(if (not (string=? every ""))
    (begin
      (try-precisions "colours" RGB)
      (try-precisions "grey" GRAY)
      (try-modes)))
(forget-kept)
(finish)
