; SPDX-License-Identifier: GPL-3.0-or-later
; The plug-in is killed at moments all over the way of each procedure: GIMP lives and works on, and the image is as it was. Where
; GIMP had begun to take the layers one step of the history holds them, and undoing it gives the image back.
(load "table-lib.scm")

(define (put name what) (call-with-output-file name (lambda (port) (display what port))))
(define (lived) ; microseconds; inside.c writes it, in GIMP 3 a moment after the call
  (let wait ((end (+ (car (gettimeofday)) 5)))
    (cond ((file-exists? "lived") (call-with-input-file "lived" read))
          ((< (car (gettimeofday)) end) (wait end))
          (else 500000))))
(define late 0)
(define between 0)

; Killed after `us` microseconds, in one of `image`'s edits.
(define (kill what call us)
  (put "kill-after" (inexact->exact (round us)))
  (set! state (test-stylemap-state image))
  (set! steps (undo-steps))
  (let* ((n (images)) (said (failure call)))
    (cond ((string=? said "") (set! late (+ late 1)))
          ((> (undo-steps) steps) (set! between (+ between 1))))
    (at-most (string-append what ": undo steps") (- (undo-steps) steps) 1)
    (undo-all-since)
    (equal (string-append what ": the image, killed after " (text us)) (test-stylemap-state image) state)
    (at-most (string-append what ": images") (- (images) n) images-made)
    (close-newer n)))
(define images-made 0) ; by the procedure
(define (close-newer n) ; a new image comes first in the list
  (let loop ((rest (- (images) n)))
    (if (> rest 0)
        (begin
          (gimp-image-delete (vector-ref (cadr (gimp-image-list)) 0))
          (loop (- rest 1))))))

(define (try what call)
  (if (contains? what only)
      (let ((n (images)))
        (set! late 0)
        (set! between 0)
        (set! steps (undo-steps))
        (if (file-exists? "lived") (file-delete "lived"))
        (equal (string-append what ": before it is killed") (failure call) "") ; and after what was killed before it
        (undo-all-since)
        (close-newer n)
        (let ((span (lived)))
          (for-each (lambda (part) (kill what call (* part span))) parts)
          (gimp-message (string-append what ": lives for " (text (quotient span 1000)) " ms; of " (text (length parts))
                                       " kills " (text late) " came too late, " (text between) " while layers came"))))))

(picture 90 70 RGB PRECISION-U8-GAMMA)
(try "transplant, healed" (lambda () (healed "")))
(try "transplant, half transparent" (begin (fill target 0) (lambda () (healed ""))))
(try "transplant by styles" styles)
(try "transplant, refined" refined)
(try "reconstruct" reconstruct)
(try "reconstruct, refined" (lambda () (plug-in-stylemap-reconstruct-refined RUN-NONINTERACTIVE image target tiny 2)))
(try "mix" mix)
(try "frames" frames)
(try "frames by strength" strengths)
(set! images-made 1) ; a copy of the image, in which GIMP puts each frame together
(try "whole frames" whole-frames)
(set! images-made 0)
(try "adjust" (lambda () (plug-in-stylemap-adjust RUN-NONINTERACTIVE image target "beard=1" "toon-portraits-128")))
(let ((first (car (healed ""))))
  (try "edit again" (lambda () (plug-in-stylemap-edit-again RUN-NONINTERACTIVE image first))))
(gimp-image-delete image)

(set! image (new-image 90 70 RGB PRECISION-U8-GAMMA))
(set! target (add-noise image "Frame 2" 90 70 1 1 0))
(add-noise image "Frame 1" 90 70 2 1 0)
(elsewhere RGB PRECISION-U8-GAMMA)
(try "every frame"
     (lambda ()
       (plug-in-stylemap-transplant-every-frame-with RUN-NONINTERACTIVE image target reference
                                                     (string-append "model=" tiny " feather=3"))))
(close-others)
(gimp-image-delete image)

(set! image (car (gimp-image-new 32 32 RGB)))
(set! images-made 1)
(try "random" (lambda () (plug-in-stylemap-random RUN-NONINTERACTIVE tiny 7 0.5 2 FALSE)))
(set! images-made 0)
(define number 0)
(define (new-name)
  (set! number (+ number 1))
  (string-append "killed-" (number->string number)))
(try "import a model" (lambda () (plug-in-stylemap-import-model RUN-NONINTERACTIVE "checkpoint.pt" (new-name))))
(define with-it (group-of-files image "folder-with/" '("with-1.png" "with-2.png" "with-3.png")))
(define without-it (group-of-files image "folder-without/" '("without-1.png" "without-2.png" "without-3.png")))
(try "learn a direction"
     (lambda () (plug-in-stylemap-learn-direction RUN-NONINTERACTIVE with-it without-it (new-name) tiny)))
(gimp-image-delete image)
(equal "after all" (failure (lambda () (plug-in-stylemap-random RUN-NONINTERACTIVE tiny 7 0.5 2 FALSE))) "")
(forget-kept)
(finish)
