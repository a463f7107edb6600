; SPDX-License-Identifier: GPL-3.0-or-later
; StyleMap over many pictures in GIMP 2.10, without a window. Each procedure skips what cannot be done, writes a line for each
; picture into OUT/log.txt (done or failed, and why), and ends GIMP. OUT is a folder that is there.
;
;   gimp-console-2.10 -i -d -f -s -b '(begin (load "batch-2.10.scm") (stylemap-folder "in" "friend.png" "mask.png" "out" "feather=8"))'
;   gimp-console-2.10 -i -d -f -s -b '(begin (load "batch-2.10.scm") (stylemap-xcfs "in" "out" "feather=8"))'
;   gimp-console-2.10 -i -d -f -s -b '(begin (load "batch-2.10.scm") (stylemap-animation "frames" "friend.png" "mask.png" "out" "film.gif" 80 "collage=clone"))'
;
; The last text is what plug-in-stylemap-transplant-with takes. GIMP 2.10 ends with status 0 whatever happened:
; "grep -q ^failed: out/log.txt" tells a script.

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
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE path path)))
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
    (gimp-quit 0)))

; The grey picture at `path`, as large as `layer`, becomes the selection.
(define (select-mask image layer path)
  (let ((mask (car (gimp-file-load-layer RUN-NONINTERACTIVE image path))))
    (if (not (and (= (car (gimp-drawable-width mask)) (car (gimp-drawable-width layer)))
                  (= (car (gimp-drawable-height mask)) (car (gimp-drawable-height layer)))))
        (fail "The mask has another size than the picture."))
    (gimp-image-insert-layer image mask 0 0)
    ; by the component of what is seen its greys keep their numbers; a layer mask's would be taken for light
    (let* ((grey (= (car (gimp-image-base-type image)) GRAY))
           (channel (car (gimp-channel-new-from-component image (if grey CHANNEL-GRAY CHANNEL-RED) "mask"))))
      (gimp-image-insert-channel image channel 0 0)
      (gimp-image-select-item image CHANNEL-OP-REPLACE channel)
      (gimp-image-remove-channel image channel))
    (gimp-image-remove-layer image mask)))

; The reference comes into the selection of `layer`, as a new layer over it.
(define (transplant image layer path options)
  (let ((reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image path))))
    (gimp-image-insert-layer image reference 0 -1)
    (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image layer reference options)
    (gimp-image-remove-layer image reference)))

(define (save image path)
  (gimp-selection-none image)
  (gimp-file-save RUN-NONINTERACTIVE image (car (gimp-image-flatten image)) path path))

; Opens the picture, edits it, hands its image to `then` and closes it.
(define (edit path reference mask options then)
  (with-image path
    (lambda (image)
      (let ((target (car (gimp-image-flatten image))))
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
                  (let* ((target (car (gimp-image-get-active-layer image)))
                         (layers (vector->list (cadr (gimp-image-get-layers image))))
                         (below (member target layers))
                         (channels (cadr (gimp-image-get-channels image))))
                    (if (or (not below) (null? (cdr below))) (fail "There is no layer below the active one."))
                    (if (and (= TRUE (car (gimp-selection-is-empty image))) (> (vector-length channels) 0))
                        (gimp-image-select-item image CHANNEL-OP-REPLACE (vector-ref channels 0)))
                    (if (= TRUE (car (gimp-selection-is-empty image)))
                        (fail "Nothing is selected, and there is no channel."))
                    (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target (cadr below) options)
                    (save image (string-append out "/" (without-ending (base-name path)) ".png"))))))
            (lambda () #t)))

; Frames, in the order of their names, edited as one scene and put together: OUT/NAME, a .gif or a .webp, each shown for `delay`
; milliseconds. The mask is the first frame's and goes with what it shows.
(define (stylemap-animation in reference mask out name delay options)
  (let ((film #f) (first #f))
    (define (add-frame image path)
      (let ((width (car (gimp-image-width image))) (height (car (gimp-image-height image))) (flat (car (gimp-image-flatten image))))
        (if (not film) (set! film (car (gimp-image-new width height RGB))))
        (if (not (and (= width (car (gimp-image-width film))) (= height (car (gimp-image-height film)))))
            (fail "The frame has another size than the first one."))
        (let ((frame (car (gimp-layer-new-from-drawable flat film))))
          (gimp-image-insert-layer film frame 0 0)
          (gimp-item-set-name frame (string-append (base-name path) " (" (number->string delay) "ms) (replace)"))
          (if (not first) (set! first frame)))))
    (define (edit-film)
      (let ((layer (car (gimp-file-load-layer RUN-NONINTERACTIVE film reference))))
        (select-mask film first mask)
        (gimp-image-insert-layer film layer 0 0) ; a reference is no frame
        (plug-in-stylemap-transplant-every-frame-with RUN-NONINTERACTIVE film first layer options)
        (gimp-image-remove-layer film layer)
        (gimp-selection-none film)))
    (edit-all (files-in in) out
              (lambda (path) (with-image path (lambda (image) (add-frame image path))))
              (lambda ()
                (if (not film) (fail "There is no frame."))
                (edit-film)
                (let ((path (string-append out "/" name)) (gif (string=? (substring name (- (string-length name) 4) (string-length name)) ".gif")))
                  (if gif (gimp-image-convert-indexed film CONVERT-DITHER-FS CONVERT-PALETTE-GENERATE 255 FALSE FALSE ""))
                  (let ((top (car (gimp-image-get-active-drawable film))))
                    (if gif (file-gif-save RUN-NONINTERACTIVE film top path path 0 1 delay 2)
                        (file-webp-save RUN-NONINTERACTIVE film top path path 0 0 90 100 TRUE TRUE FALSE 0 FALSE FALSE FALSE delay TRUE)))
                  (gimp-image-delete film))))))
