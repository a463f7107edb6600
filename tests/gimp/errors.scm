; SPDX-License-Identifier: GPL-3.0-or-later
; What cannot be done: the status and the sentence that a script sees, and an image that is left as it was.
(load "lib.scm")

(define model "./tiny.safetensors")
(define image (open "target.png"))
(define target (active image))
(define reference (add-below image "reference.png"))
(define (with-model name) (lambda () (transplant image target reference name 1.0 0 0 0.0)))
(define (with strength rule space feather)
  (lambda () (transplant image target reference model strength rule space feather)))

; --- arguments
; numbers: GIMP 3 compares them with what the procedure says, and its own sentence comes first
(define (refuses-number what part call)
  (if in-gimp-3
      (check what (contains? (failure call) "out of range") "said" why)
      (refuses what image 'argument part call)))
(refuses-number "strength above 1" "'strength' is 1.5; it must lie in 0 to 1" (with 1.5 0 0 0))
(refuses-number "strength below 0" "'strength' is -0.1" (with -0.1 0 0 0))
(refuses-number "mask rule" "'mask-rule' is 3; it must lie in 0 to 2" (with 1.0 3 0 0))
(refuses-number "space" "'space' is -1" (with 1.0 0 -1 0))
(refuses-number "feather" "'feather' is -2" (with 1.0 0 0 -2))
(refuses-number "frames" "'frames' is 1; it must lie in 2 to 1000"
         (lambda () (plug-in-stylemap-interpolate RUN-NONINTERACTIVE image target reference model 1 100)))
(refuses-number "frame time" "'frame-ms' is 0"
         (lambda () (plug-in-stylemap-interpolate RUN-NONINTERACTIVE image target reference model 2 0)))
(refuses-number "refine steps" "'refine-steps' is 0; it must lie in 1 to 100000"
         (lambda () (plug-in-stylemap-reconstruct-refined RUN-NONINTERACTIVE image target model 0)))
(refuses-number "refine steps, transplant" "'refine-steps' is 100001"
         (lambda () (plug-in-stylemap-transplant-refined RUN-NONINTERACTIVE image target reference model 1.0 0 0.0
                                                         100001)))
(if (not in-gimp-3) ; named arguments may be left out
    (begin
      (refuses "run mode" image 'argument "'run-mode' is 9"
               (lambda () (plug-in-stylemap-transplant 9 image target reference model 1.0 0 0 0.0)))
      (check "too few arguments"
             (contains? (failure (lambda () (plug-in-stylemap-transplant RUN-NONINTERACTIVE image target reference)))
                        "Invalid number of arguments"))
      (check "no such layer" (contains? (failure (lambda () (transplant image target 99999))) "invalid ID"))))

; --- the reference
(refuses "the target as reference" image 'argument "the same layer" (lambda () (transplant image target target)))
(let ((channel (car (gimp-channel-new image 512 512 "channel" 50 '(0 0 0)))))
  (gimp-image-insert-channel image channel 0 0)
  (refuses "a channel as reference" image 'argument "must be a layer, not a channel"
           (lambda () (transplant image target channel)))
  (refuses "a channel as target" image 'work "a channel is active" (lambda () (transplant image channel reference)))
  (gimp-image-remove-channel image channel))
(let ((mask (car (gimp-layer-create-mask reference ADD-MASK-WHITE))))
  (gimp-layer-add-mask reference mask)
  (refuses "a layer mask as reference" image 'argument "must be a layer, not a channel or a layer mask"
           (lambda () (transplant image target mask)))
  (refuses "a layer mask as target" image 'work "layer mask is being edited"
           (lambda () (transplant image mask target)))
  (gimp-layer-remove-mask reference MASK-DISCARD))
(let ((group (car (gimp-layer-group-new image))))
  (gimp-image-insert-layer image group 0 0)
  (refuses "an empty group as reference" image 'work "" (lambda () (transplant image target group)))
  (refuses "a group as target" image 'work "this is a layer group" (lambda () (transplant image group target)))
  (let ((inner (car (gimp-layer-copy target FALSE))))
    (gimp-image-insert-layer image inner group 0)
    (refuses "a group around the target as reference" image 'argument "The target lies in the layer group"
             (lambda () (transplant image inner group))))
  (gimp-image-remove-layer image group))
(let ((other (car (gimp-image-new 10 10 RGB))))
  (refuses "a target of another image" other 'argument "not a layer of this image"
           (lambda () (transplant other target reference)))
  (gimp-image-delete other))

; --- models
(refuses "a model that is not there" image 'work "nosuch" (with-model "nosuch"))
(refuses "a file that is not there" image 'work "nosuch.pt" (with-model "./nosuch.pt"))
(refuses "a file that is no model" image 'work "mask.png" (with-model "./mask.png"))
(refuses "a folder" image 'work "" (with-model "./"))

; --- selections
(gimp-image-resize image 800 512 100 0)
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 90 512)
(refuses "a selection off the square" image 'work "the 512 x 512 pixels from (100, 0)"
         (lambda () (transplant image target reference model 1.0 0 0 0.0)))
(refuses "a selection off the square, reconstruct" image 'work "outside the square"
         (lambda () (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image target model)))
; its bounding box touches the square, it does not
(gimp-image-select-rectangle image CHANNEL-OP-ADD 700 0 90 512)
(refuses "a selection around the square" image 'work "misses" (lambda () (transplant image target reference model 1.0 0 0 0.0)))
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 200 200 50 50)
(let ((floating (car (gimp-selection-float target 5 5))))
  (check "a floating selection"
         (contains? (failure (lambda () (transplant image target reference))) "floating selection"))
  (gimp-floating-sel-anchor floating))
(gimp-selection-none image)

; --- kinds of image
(gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 FALSE FALSE "")
(refuses "an indexed image" image 'work "Choose Image > Mode > RGB first"
         (lambda () (transplant image target reference)))
(refuses "an indexed image, reconstruct" image 'work "Image > Mode > RGB"
         (lambda () (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image target model)))
(gimp-image-convert-rgb image)
(check "and then it works" (number? (transplant image target reference model 1.0 0 0 0.0)))
(gimp-image-delete image)
(finish)
