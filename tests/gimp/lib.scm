; SPDX-License-Identifier: GPL-3.0-or-later
; What the test scripts share. A test ends with (finish); without the file that this writes it has failed, because
; GIMP 2.10 ends with status 0 whatever happened.
(define in-gimp-3 (defined? 'gimp-group-layer-new)) ; its words are turned into those of 2.10 by dialect-3.scm
(define failures 0)
(define checks 0)

(define (text value)
  (cond ((string? value) value)
        ((number? value) (number->string value))
        ((boolean? value) (if value "true" "false"))
        ((symbol? value) (symbol->string value))
        ((null? value) "()")
        ((pair? value) (string-append "(" (text (car value)) " . " (text (cdr value)) ")"))
        ((vector? value) (string-append "#" (text (vector->list value))))
        (else "?")))

(define (check what ok . values)
  (set! checks (+ checks 1))
  (if (not ok)
      (begin
        (set! failures (+ failures 1))
        (gimp-message (string-append "FAILED: " what
                                     (apply string-append (map (lambda (v) (string-append " " (text v))) values)))))))

(define (equal what value expected) (check what (equal? value expected) value "expected" expected))
(define (at-most what value limit) (check what (<= value limit) value "limit" limit))

(define (finish)
  (if (= failures 0)
      (call-with-output-file "passed" (lambda (port) (display (number->string checks) port)))))

; The message of a call that must fail, or "" if it does not.
(define why "")
(set! *error-hook*
      (lambda x
        (set! why (if (and (pair? x) (string? (car x))) (car x) "?"))
        (if (more-handlers?) (apply (pop-handler) '()) (apply error x))))
(define (failure thunk)
  (set! why "")
  (catch 'failed (thunk))
  why)

(define (contains? string part)
  (let ((n (string-length string)) (m (string-length part)))
    (let loop ((i 0))
      (cond ((> (+ i m) n) #f)
            ((string=? (substring string i (+ i m)) part) #t)
            (else (loop (+ i 1)))))))

; `call` fails, as an error of the arguments or of the work, with a message that has `part` in it, and leaves the
; image as it was.
(define (refuses what image status part call)
  (let* ((layers (gimp-image-get-layers image))
         (message (failure call)))
    (check what
           (and (contains? message part)
                (contains? message (if (eq? status 'argument) "failed on invalid input arguments: " "failed: ")))
           "said" message)
    (check (string-append what ": layers as before") (equal? layers (gimp-image-get-layers image)))))

(define (open file) (car (gimp-file-load RUN-NONINTERACTIVE file file)))
(define (active image) (car (gimp-image-get-active-drawable image)))
(define (layer-list image) (vector->list (cadr (gimp-image-get-layers image))))

; A picture as another layer at the bottom.
(define (add-below image file)
  (let ((layer (car (gimp-file-load-layer RUN-NONINTERACTIVE image file)))
        (n (car (gimp-image-get-layers image))))
    (gimp-image-insert-layer image layer 0 n)
    layer))

; A new image's layers: a target of noise with every alpha, and beneath it, hidden, a reference of noise with the alpha of
; test-stylemap-fill's `kind`.
(define (noise-layers kind)
  (let ((image (car (gimp-image-new 90 70 RGB))))
    (map (lambda (name seed kind)
           (let ((layer (car (gimp-layer-new image 90 70 RGBA-IMAGE name 100 LAYER-MODE-NORMAL))))
             (gimp-image-insert-layer image layer 0 (- seed 1))
             (gimp-item-set-visible layer (if (= seed 1) TRUE FALSE))
             (test-stylemap-fill layer seed kind)
             layer))
         '("target" "reference") '(1 2) (list 0 kind))))

(define (transplant image target reference . more)
  (car (apply plug-in-stylemap-transplant
              (append (list RUN-NONINTERACTIVE image target reference)
                      (if (pair? more) more (list "" 1.0 0 0 0.0))))))

; The same by a text of arguments, which heals unless that says something else.
(define (heal image target reference text)
  (car (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target reference text)))

; With inside.c loaded into GIMP: how many steps the image's history has got, and Edit > Undo.
(define (undo-steps-of image)
  (let ((file (string-append "undo-" (number->string image))))
    (if (file-exists? file) (call-with-input-file file read) 0)))
(define (undo-in image)
  (call-with-output-file "undo-now" (lambda (port) (display image port)))
  (gimp-image-undo-freeze image)
  (gimp-image-undo-thaw image))

(define (recipe? layer) ; whether it says what it was made by; GIMP 2.10 counts parasites
  (let ((names (gimp-item-get-parasite-list layer)))
    (if (member "stylemap-edit" (if in-gimp-3 (car names) (cadr names))) #t #f)))

; What is visible, as the only layer of another image of the same kind: the projection's own bits, where `profile` is the
; image's, if that is not sRGB.
(define (visible image . profile)
  (let* ((copy (car (gimp-image-new-with-precision (car (gimp-image-width image)) (car (gimp-image-height image))
                                                   (car (gimp-image-base-type image))
                                                   (car (gimp-image-get-precision image)))))
         (layer (begin
                  (if (pair? profile) (test-stylemap-profile copy (car profile)))
                  (car (gimp-layer-new-from-visible image copy "visible")))))
    (gimp-image-insert-layer copy layer 0 0)
    layer))
(define (close-visible layer) (gimp-image-delete (car (gimp-item-get-image layer))))

; The two rectangles of mask.png, moved.
(define (select-mask image x y)
  (gimp-image-select-rectangle image CHANNEL-OP-REPLACE (+ x 130) (+ y 100) 240 150)
  (gimp-image-select-rectangle image CHANNEL-OP-ADD (+ x 200) (+ y 250) 100 120))

; A new group of the image, with a layer of each of the folder's pictures, the last one uppermost.
(define (group-of-files image folder names)
  (let ((all (car (gimp-layer-group-new image))))
    (gimp-image-insert-layer image all 0 0)
    (for-each (lambda (name)
                (let ((layer (car (gimp-file-load-layer RUN-NONINTERACTIVE image (string-append folder name)))))
                  (gimp-image-insert-layer image layer all 0)))
              names)
    all))
