; SPDX-License-Identifier: GPL-3.0-or-later
; StyleMap over many pictures in GIMP 3, without a window. Each procedure skips what cannot be done, writes a line for each
; picture into OUT/log.txt (done or failed, and why), and ends. OUT is a folder that is there.
;
;   gimp-console-3 -i -d -f --quit --batch-interpreter plug-in-script-fu-eval -b '(begin (load "batch-3.scm") (stylemap-folder "in" "friend.png" "mask.png" "out" (quote (#:feather 8.0))))'
;   gimp-console-3 -i -d -f --quit --batch-interpreter plug-in-script-fu-eval -b '(begin (load "batch-3.scm") (stylemap-xcfs "in" "out" (quote (#:feather 8.0))))'
;   gimp-console-3 -i -d -f --quit --batch-interpreter plug-in-script-fu-eval -b '(begin (load "batch-3.scm") (stylemap-animation "frames" "friend.png" "mask.png" "out" "film.gif" 80 (quote (#:collage "clone"))))'
;
; The last is a quoted list of arguments of plug-in-stylemap-transplant by their names. GIMP ends with a status that is not 0
; where one failed.
(script-fu-use-v3)

; What a call's error says is left in `why`; the call's value is #f then.
(define why "")
(set! *error-hook*
      (lambda x
        (set! why (if (and (pair? x) (string? (car x))) (car x) "?"))
        (if (more-handlers?) (apply (pop-handler) '()) (apply error x))))
(define (fail text) (*error-hook* text))
(define (try thunk)
  (set! why "")
  (catch #f (thunk)))

(define (base-name path)
  (let loop ((chars (reverse (string->list path))) (name '()))
    (if (or (null? chars) (char=? (car chars) #\/) (char=? (car chars) #\\))
        (list->string name)
        (loop (cdr chars) (cons (car chars) name)))))
(define (without-ending name)
  (let loop ((chars (reverse (string->list name))))
    (cond ((null? chars) name)
          ((char=? (car chars) #\.) (list->string (reverse (cdr chars))))
          (else (loop (cdr chars))))))
(define (files-in folder) ; by name, without hidden ones
  (define (insert path list)
    (if (or (null? list) (string<? path (car list))) (cons path list) (cons (car list) (insert path (cdr list)))))
  (let ((stream (dir-open-stream folder)))
    (let loop ((name (dir-read-entry stream)) (paths '()))
      (if (eof-object? name)
          (begin (dir-close-stream stream) paths)
          (loop (dir-read-entry stream)
                (if (char=? (string-ref name 0) #\.) paths (insert (string-append folder "/" name) paths)))))))

; Loads `path`, hands the image to `edit`, and closes it whatever comes of that.
(define (with-image path edit)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE path))
         (done (try (lambda () (edit image) #t)))
         (said why))
    (gimp-image-delete image)
    (set! why said)
    done))

; Every path through `edit`, told in the log; then GIMP ends.
(define (edit-all paths out edit last)
  (let ((log (open-output-file (string-append out "/log.txt"))) (failed 0))
    (define (tell word path)
      (display (string-append word ": " path (if (string=? why "") "" (string-append ": " why)) "\n") log))
    (for-each (lambda (path)
                (if (try (lambda () (edit path))) (tell "done" path)
                    (begin (set! failed (+ failed 1)) (tell "failed" path))))
              paths)
    (if (not (try (lambda () (last) #t))) (begin (set! failed (+ failed 1)) (tell "failed" out)))
    (display (string-append (number->string (length paths)) " pictures, " (number->string failed) " failed\n") log)
    (close-output-port log)
    (if (> failed 0) (error "Some pictures failed; log.txt tells why."))))

; The picture as one layer. Flattened it would be a picture in whose selections GIMP 3.0 takes greys for colours, not weights.
(define (whole image)
  (let ((layers (gimp-image-get-layers image)))
    (if (= (vector-length layers) 1) (vector-ref layers 0) (gimp-image-merge-visible-layers image CLIP-TO-IMAGE))))

; The grey picture at `path`, as large as `layer`, becomes the selection: its numbers are weights.
(define (select-mask image layer path)
  (let ((mask (gimp-file-load-layer RUN-NONINTERACTIVE image path)))
    (if (not (and (= (gimp-drawable-get-width mask) (gimp-drawable-get-width layer))
                  (= (gimp-drawable-get-height mask) (gimp-drawable-get-height layer))))
        (fail "The mask has another size than the picture."))
    (gimp-image-insert-layer image mask 0 0)
    ; by the component of what is seen its greys keep their numbers; a layer mask's would be taken for light
    (let* ((grey (= (gimp-image-get-base-type image) GRAY))
           (channel (gimp-channel-new-from-component image (if grey CHANNEL-GRAY CHANNEL-RED) "mask")))
      (gimp-image-insert-channel image channel 0 0)
      (gimp-image-select-item image CHANNEL-OP-REPLACE channel)
      (gimp-image-remove-channel image channel))
    (gimp-image-remove-layer image mask)))

; The reference comes into the selection of `layer`, as a new layer over it.
(define (transplant-by image layer reference options)
  (apply plug-in-stylemap-transplant '#:image image '#:drawables (vector layer) '#:reference reference options))
(define (transplant image layer path options)
  (let ((reference (gimp-file-load-layer RUN-NONINTERACTIVE image path)))
    (gimp-image-insert-layer image reference 0 -1)
    (transplant-by image layer reference options)
    (gimp-image-remove-layer image reference)))

(define (save image path)
  (gimp-selection-none image)
  (gimp-image-flatten image)
  (gimp-file-save RUN-NONINTERACTIVE image path))

; Opens the picture, edits it, hands its image to `then` and closes it.
(define (edit path reference mask options then)
  (with-image path
    (lambda (image)
      (let ((target (whole image)))
        (select-mask image target mask)
        (transplant image target reference options)
        (then image)))))

; One reference and one mask for all pictures of a folder, whose results have their names.
(define (stylemap-folder in reference mask out options)
  (edit-all (files-in in) out
            (lambda (path)
              (edit path reference mask options
                (lambda (image) (save image (string-append out "/" (base-name path))))))
            (lambda () #t)))

; XCF files, each with its selection (or else its first channel), which is the mask; the active layer is the target, the
; layer below it the reference. Results are PNGs.
(define (stylemap-xcfs in out options)
  (edit-all (files-in in) out
            (lambda (path)
              (with-image path
                (lambda (image)
                  (let* ((target (vector-ref (gimp-image-get-selected-layers image) 0))
                         (layers (vector->list (gimp-image-get-layers image)))
                         (below (member target layers))
                         (channels (gimp-image-get-channels image)))
                    (if (or (not below) (null? (cdr below))) (fail "There is no layer below the active one."))
                    (if (and (gimp-selection-is-empty image) (> (vector-length channels) 0))
                        (gimp-image-select-item image CHANNEL-OP-REPLACE (vector-ref channels 0)))
                    (if (gimp-selection-is-empty image)
                        (fail "Nothing is selected, and there is no channel."))
                    (transplant-by image target (cadr below) options)
                    (save image (string-append out "/" (without-ending (base-name path)) ".png"))))))
            (lambda () #t)))

; Frames, in the order of their names, edited as one scene and put together: OUT/NAME, a .gif or a .webp, each shown for `delay`
; milliseconds. The mask is the first frame's and goes with what it shows.
(define (stylemap-animation in reference mask out name delay options)
  (let ((film #f) (first #f))
    (define (add-frame image path)
      (let ((width (gimp-image-get-width image)) (height (gimp-image-get-height image)) (flat (gimp-image-flatten image)))
        (if (not film) (set! film (gimp-image-new width height RGB)))
        (if (not (and (= width (gimp-image-get-width film)) (= height (gimp-image-get-height film))))
            (fail "The frame has another size than the first one."))
        (let ((frame (gimp-layer-new-from-drawable flat film)))
          (gimp-image-insert-layer film frame 0 0)
          (gimp-item-set-name frame (string-append (base-name path) " (" (number->string delay) "ms) (replace)"))
          (if (not first) (set! first frame)))))
    (define (edit-film)
      (let ((layer (gimp-file-load-layer RUN-NONINTERACTIVE film reference)))
        (select-mask film first mask)
        (gimp-image-insert-layer film layer 0 0) ; a reference is no frame
        (apply plug-in-stylemap-transplant-every-frame '#:image film '#:drawables (vector first) '#:reference layer options)
        (gimp-image-remove-layer film layer)
        (gimp-selection-none film)))
    (edit-all (files-in in) out
              (lambda (path) (with-image path (lambda (image) (add-frame image path))))
              (lambda ()
                (if (not film) (fail "There is no frame."))
                (edit-film)
                (let ((path (string-append out "/" name)) (gif (string=? (substring name (- (string-length name) 4) (string-length name)) ".gif")))
                  (if gif (gimp-image-convert-indexed film CONVERT-DITHER-FS CONVERT-PALETTE-GENERATE 255 #f #f ""))
                  (if gif (file-gif-export #:image film #:file path #:loop #t #:as-animation #t #:default-delay delay #:force-delay #t)
                      (file-webp-export #:image film #:file path #:animation #t #:animation-loop #t #:default-delay delay #:force-delay #t))
                  (gimp-image-delete film))))))
