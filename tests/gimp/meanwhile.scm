; SPDX-License-Identifier: GPL-3.0-or-later
; What the user does to the image while the plug-in works on it: the result comes, or one sentence tells why not, and nothing is
; left half done.
(load "table-lib.scm")

; The user does `what` to the image (inside.c) when the plug-in has begun to work.
(define (meanwhile what layer)
  (if (file-exists? "working") (file-delete "working"))
  (call-with-output-file "meanwhile"
    (lambda (port) (display (string-append "30 " what " " (number->string image) " " layer) port))))
(define (slow) (list (heal image target reference "model=toon-portraits-128 rounds=16 feather=0")))
(define (usual)
  (picture 90 70 RGB PRECISION-U8-GAMMA)
  (gimp-item-set-name beneath "other") ; inside.c knows images of which a step can be undone
  (gimp-item-set-name beneath "beneath"))

(define (try row expected . acts)
  (usual)
  (let ((n (images)))
    (for-each eval acts)
    (let* ((made '()) (said (failure (lambda () (set! made (slow))))))
      (check (string-append row ": what it did came in time") (not (file-exists? "meanwhile")))
      (if (string? expected)
          (begin
            (check (string-append row ": the sentence") (contains? said expected) said)
            (equal (string-append row ": made") made '()))
          (check (string-append row ": works") (pair? made) said))
      made)))
(define (closed) (= (car ((if in-gimp-3 gimp-image-id-is-valid gimp-image-is-valid) image)) FALSE))
(define (layers) (length (layer-list image)))
(define (name layer) (car (gimp-item-get-name layer)))
(define (results) (caddr (test-stylemap-state image)))

(try "the target is deleted" "The target layer was deleted while StyleMap worked on it. Nothing was changed."
     '(meanwhile "delete" "target"))
(equal "the target is deleted: layers" (map name (layer-list image)) '("beneath" "reference"))
(equal "the target is deleted: results" (results) 0)
(check "the target is deleted: GIMP edits on" (pair? (begin (set! target beneath) (healed ""))))
(gimp-image-delete image)

(let ((made (try "the reference is deleted" #t '(meanwhile "delete" "reference"))))
  (equal "the reference is deleted: layers" (map name (layer-list image)) '("StyleMap Transplant" "target" "beneath"))
  (gimp-image-delete image))

; GIMP 3 keeps an image for as long as a plug-in has it as its argument: the result goes with it
(try "the image is closed" (if in-gimp-3 #t "The image was closed while StyleMap worked on it.") '(meanwhile "close" "-"))
(check "the image is closed: it is" (closed))

; a step before is undone: the selection, which was read at the start
(let ((made (try "a step is undone" #t '(select 2 2 80 60) '(meanwhile "undo" "-"))))
  (equal "a step is undone: layers" (layers) 4)
  (equal "a step is undone: where" (gimp-drawable-offsets (car made)) '(10 2)) ; of the square that the model sees
  (gimp-image-delete image))

; the step that had brought the target is undone
(try "the target's coming is undone" "The target layer was deleted while StyleMap worked on it."
     '(begin
        (set! target (car (gimp-layer-copy target FALSE)))
        (gimp-image-insert-layer image target 0 0))
     '(meanwhile "undo" "-"))
(equal "the target's coming is undone: layers" (map name (layer-list image)) '("target" "beneath" "reference"))
(gimp-image-delete image)
(forget-kept)
(finish)
