; SPDX-License-Identifier: GPL-3.0-or-later
; What a model has learnt to change is changed as the command does it; a selection limits it, and it can be made again.
(load "lib.scm")

(define changes "beard=1,hair-light=1")
(define (adjust image target directions model)
  (car (plug-in-stylemap-adjust RUN-NONINTERACTIVE image target directions model)))

; `result`, seen, against the picture of a file
(define (like what image result file)
  (let* ((seen (visible image))
         (picture (active (open file)))
         (difference (test-stylemap-inside seen picture result 0)))
    (at-most (string-append what ": colour, in steps of 8 bits") (car difference) 1.01)
    (close-visible seen)
    (gimp-image-delete (car (gimp-item-get-image picture)))
    (caddr difference)))

(let* ((image (open "target.png"))
       (target (active image))
       (untouched (visible image))
       (whole (adjust image target changes "toon-portraits-128")))
  (equal "whole: name" (car (gimp-item-get-name whole)) "StyleMap Adjust")
  (equal "whole: pixels" (like "whole" image whole "expected.png") 262144)
  (let ((seen (visible image)))
    (check "whole: another picture" (> (car (test-stylemap-inside seen untouched whole 0)) 40))
    (close-visible seen))
  (gimp-image-remove-layer image whole)

  (select-mask image 0 0)
  (let* ((part (adjust image target changes "toon-portraits-128"))
         (after (visible image))
         (counts (test-stylemap-outside untouched after part)))
    (equal "selection: place" (gimp-drawable-offsets part) '(126 96)) ; feathered by 4 pixels, by size
    (equal "selection: pixels" (like "selection" image part "expected-part.png") 52466)
    (equal "selection: changed pixels outside" (car counts) 0)
    (gimp-selection-none image)
    (let* ((again (car (plug-in-stylemap-edit-again RUN-NONINTERACTIVE image part)))
           (seen (visible image)))
      (equal "again: the same outside" (car (test-stylemap-outside after seen again)) 0)
      (equal "again: the same inside" (caddr (test-stylemap-outside after seen again)) 0)
      (close-visible seen)
      (gimp-image-remove-layer image again))
    (close-visible after))

  (let ((text (car (plug-in-stylemap-adjust-with
                     RUN-NONINTERACTIVE image target
                     "model=toon-portraits-128 directions=beard=1,hair-light=1 detail=0 placement=256,256,400"))))
    (like "by a text" image text "expected-text.png")
    (gimp-image-remove-layer image text))
  (close-visible untouched)

  (refuses "an unknown direction" image 'argument "has no direction \"tail\"; it has "
           (lambda () (adjust image target "beard=1,tail=1" "toon-portraits-128")))
  (refuses "no direction" image 'argument "Nothing is to be changed" (lambda () (adjust image target "" "")))
  (refuses "too far" image 'argument "an amount from -20 to 20"
           (lambda () (adjust image target "beard=21" "toon-portraits-128")))
  (refuses "a model without directions" image 'argument "nor any other"
           (lambda () (adjust image target "beard=1" "./tiny.safetensors")))
  (gimp-image-delete image))
(finish)
