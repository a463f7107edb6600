; SPDX-License-Identifier: GPL-3.0-or-later
; With the model that ships: inside the mask what is visible is what the command makes, within one step of 8 bits.
(load "lib.scm")

(define one-step 1.01)

; A picture as the only layer of an image of the same kind, for comparing.
(define (expected file) (active (open file)))
(define (close-picture layer) (gimp-image-delete (car (gimp-item-get-image layer))))

(define (compare what seen file result least)
  (let* ((picture (expected file))
         (difference (test-stylemap-inside seen picture result least)))
    (at-most (string-append what ": colour, in steps of 8 bits") (car difference) one-step)
    (check (string-append what ": compared") (> (caddr difference) (if (= least 0) 30000 20000)) (caddr difference))
    (close-picture picture)))

; `precision` -1: as the picture is.
(define (try-one what precision least file . options)
  (let* ((image (open "target.png"))
         (target (active image))
         (reference (add-below image "reference.png")))
    (if (not (= precision -1)) (gimp-image-convert-precision image precision))
    (select-mask image 0 0)
    (let* ((before (visible image))
           (result (apply transplant image target reference options))
           (seen (visible image))
           (counts (test-stylemap-outside before seen result)))
      (compare what seen file result least)
      (equal (string-append what ": changed pixels outside") (car counts) 0)
      (check (string-append what ": changed pixels inside") (> (caddr counts) 30000) (caddr counts))
      (close-visible before)
      (close-visible seen))
    (gimp-image-delete image)))

(try-one "8 bit, soft" -1 0 "expected-soft.png" "" 1.0 0 0 12.0)
(try-one "8 bit, any, W, strength 0.7" -1 0 "expected-any.png" "" 0.7 1 1 0.0)
(try-one "by the model's name" -1 0 "expected-soft.png" "toon-portraits-128" 1.0 0 0 12.0)
(try-one "16 bit" PRECISION-U16-GAMMA 0 "expected-soft.png" "" 1.0 0 0 12.0)
(try-one "32 bit float" PRECISION-FLOAT-GAMMA 0 "expected-soft.png" "" 1.0 0 0 12.0)
; A linear image mixes in linear light, where the mask is between 0 and 1; where it is 1 there is nothing to mix. At 0.999
; a light target still lifts a dark result by three steps, at 0.99999 by a thirtieth.
(try-one "16 bit linear" PRECISION-U16-LINEAR 0.99999 "expected-soft.png" "" 1.0 0 0 12.0)
(try-one "32 bit float linear" PRECISION-FLOAT-LINEAR 0.99999 "expected-soft.png" "" 1.0 0 0 12.0)

; --- refined
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (select-mask image 0 0)
  (let* ((before (visible image))
         (result (car (plug-in-stylemap-transplant-refined RUN-NONINTERACTIVE image target reference "" 1.0 0 12.0 3)))
         (seen (visible image)))
    (compare "refined" seen "expected-refined.png" result 0)
    (equal "refined: changed pixels outside" (car (test-stylemap-outside before seen result)) 0)
    (check "refined: name" (contains? (car (gimp-item-get-name result)) "reference 0."))
    (close-visible before)
    (close-visible seen))
  (gimp-image-delete image))

; --- a layer with an offset on a canvas smaller than it: the same picture comes out
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (gimp-image-resize image 420 400 -90 -60)
  (select-mask image -90 -60)
  (let ((result (transplant image target reference "" 1.0 0 0 12.0)))
    (gimp-image-resize image 512 512 90 60)
    (let ((seen (visible image)))
      (compare "offset" seen "expected-soft.png" result 0)
      (close-visible seen)))
  (gimp-image-delete image))

; --- the reference may be a layer of another image, and lie anywhere there
(let* ((image (open "target.png"))
       (target (active image))
       (other (open "reference.png")))
  (gimp-image-resize other 700 300 50 -100)
  (select-mask image 0 0)
  (let* ((result (transplant image target (active other) "" 1.0 0 0 12.0))
         (seen (visible image)))
    (compare "reference of another image" seen "expected-soft.png" result 0)
    (close-visible seen))
  (gimp-image-delete other)
  (gimp-image-delete image))

; --- the target's alpha is kept, also where it is between 0 and 1
(let* ((layers (noise-layers 0))
       (target (car layers))
       (reference (cadr layers))
       (image (car (gimp-item-get-image target))))
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 20 10 50 50)
  (let* ((before (visible image))
         (result (transplant image target reference "" 1.0 0 0 4.0))
         (after (visible image))
         (difference (test-stylemap-inside before after result 0)))
    (equal "alpha: difference" (cadr difference) 0.0)
    (check "alpha: colour differs" (> (car difference) 50) (car difference))
    ; hidden, the target leaves the result visible alone
    (gimp-item-set-visible target FALSE)
    (let ((alone (visible image)))
      (equal "alone: the target's alpha" (cadr (test-stylemap-inside alone before result 1.0)) 0.0)
      (close-visible alone))
    (close-visible before)
    (close-visible after))
  (gimp-image-delete image))

; --- another RGB profile: the model sees the same colours, and its picture is in that profile. Compared where nothing
; is mixed, since the two profiles mix differently.
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (gimp-image-convert-precision image PRECISION-U16-GAMMA)
  (test-stylemap-profile image 1)
  (select-mask image 0 0)
  (let* ((before (visible image 1))
         (result (transplant image target reference "" 1.0 0 0 12.0))
         (after (visible image 1))
         (counts (test-stylemap-outside before after result)))
    ; GIMP 3 shows other spaces than sRGB through a conversion that babl chooses by its speed: of 200000 pixels up to ten
    ; were rounded to the next of 65536 steps
    (if in-gimp-3
        (at-most "profile: change outside" (cadddr counts) (/ 2.0 65535))
        (equal "profile: changed pixels outside" (car counts) 0))
    (close-visible before)
    (close-visible after)
    (gimp-selection-none image)
    (test-stylemap-profile image 0)
    (let ((seen (visible image)))
      (compare "profile" seen "expected-soft.png" result 0.999)
      (close-visible seen)))
  (gimp-image-delete image))
(finish)
