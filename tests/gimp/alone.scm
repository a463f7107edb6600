; SPDX-License-Identifier: GPL-3.0-or-later
; Procedures that need no image: random pictures, as the command draws them; importing a model; the self-check.
(load "lib.scm")

(define (random seed truncation count sheet)
  (car (plug-in-stylemap-random RUN-NONINTERACTIVE "toon-portraits-128" seed truncation count sheet)))
(define (name layer) (car (gimp-item-get-name layer)))
(define (as-by-command image n) ; of layer n the largest difference in steps of 8 bits
  (let* ((file (string-append "sample-" (number->string (+ n 1)) ".png"))
         (sample (active (open file)))
         (layer (list-ref (layer-list image) n))
         (difference (begin
                       (gimp-layer-set-offsets layer 0 0)
                       (gimp-layer-add-mask layer (car (gimp-layer-create-mask layer ADD-MASK-WHITE)))
                       (test-stylemap-inside layer sample layer 0))))
    (equal "pixels looked at" (caddr difference) 16384)
    (gimp-image-delete (car (gimp-item-get-image sample)))
    (car difference)))

(let ((image (random 7 0.5 3 FALSE)))
  (equal "random: size" (list (car (gimp-image-width image)) (car (gimp-image-height image))) '(128 128))
  (equal "random: places" (map gimp-drawable-offsets (layer-list image)) '((0 0) (0 0) (0 0)))
  (equal "random: names" (map name (layer-list image))
         '("StyleMap Random Portrait 1 (seed 7)" "StyleMap Random Portrait 2 (seed 7)" "StyleMap Random Portrait 3 (seed 7)"))
  (at-most "random: as by the command" (max (as-by-command image 0) (as-by-command image 1) (as-by-command image 2)) 1.01)
  (gimp-image-delete image))
(let ((image (random 7 0.5 3 TRUE)))
  (equal "sheet: size" (list (car (gimp-image-width image)) (car (gimp-image-height image))) '(256 256))
  (equal "sheet: places" (map gimp-drawable-offsets (layer-list image)) '((0 0) (128 0) (0 128)))
  (at-most "sheet: the same" (as-by-command image 2) 1.01)
  (gimp-image-delete image))
(let ((image (random 8 0.5 1 FALSE)))
  (check "another seed is another picture" (> (as-by-command image 0) 10))
  (gimp-image-delete image))

; --- a model from elsewhere
(define (import file name) (car (plug-in-stylemap-import-model RUN-NONINTERACTIVE file name)))
(define (fails what part thunk) (check what (contains? (failure thunk) part) "said" why))
(let ((path (import "checkpoint.pt" "")))
  (check "import: where" (contains? path "data/stylemap/models/checkpoint.safetensors") path)
  (let* ((image (open "target.png"))
         (layer (car (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image (active image) "checkpoint"))))
    (equal "import: its name is enough" (name layer) "StyleMap Reconstruct")
    (gimp-image-delete image)))
(fails "import: the name is taken" "There is a model \"checkpoint\" already" (lambda () (import "checkpoint.pt" "")))
(fails "import: no name" "cannot be a model's name" (lambda () (import "checkpoint.pt" "a/b")))
(fails "import: no file" "No model's file was named" (lambda () (import "" "x")))
(fails "import: nothing there" "nosuch.pt" (lambda () (import "nosuch.pt" "")))
(fails "import: no model" "mask.png" (lambda () (import "mask.png" "")))
(check "import: a second name" (contains? (import "checkpoint.pt" "second") "second.safetensors"))
(file-delete "data/stylemap/models/second.safetensors")

; --- the self-check
(let ((text (car (plug-in-stylemap-about RUN-NONINTERACTIVE))))
  (for-each (lambda (part) (check (string-append "about: " part) (contains? text part) text))
            '("GIMP: " "StyleMap: " "GEGL: " "Folder of models: " "toon-portraits-128" "Instruction set: " ", 3 threads" "Pictures drawn: "
              "Self-check: all is well")))
(finish)
