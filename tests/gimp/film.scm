; SPDX-License-Identifier: GPL-3.0-or-later
; Frames as a film: each the whole picture as it is seen, on top of the image or in a new one, in one undo step; there and back; at
; steps that are even or not; and exported.
(load "lib.scm")
(if (not in-gimp-3)
    (define (save-film image path)
      (file-webp-save RUN-NONINTERACTIVE image (active image) path path 0 TRUE 90 100 TRUE TRUE TRUE 0 FALSE FALSE FALSE 100 FALSE)))

(define (name layer) (car (gimp-item-get-name layer)))
(define (visible? layer) (= (car (gimp-item-get-visible layer)) TRUE))
(define image (open "target.png"))
(define target (active image))
(define reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png")))
(define caption (car (gimp-layer-new image 512 512 RGBA-IMAGE "caption" 60 LAYER-MODE-MULTIPLY)))
(gimp-image-insert-layer image reference 0 0) ; as Open as Layers does: it hides the target
(gimp-image-insert-layer image caption 0 0)
(test-stylemap-fill caption 3 0)
(define (frames text)
  (vector->list (cadr (plug-in-stylemap-interpolate-with RUN-NONINTERACTIVE image target reference
                                                         (string-append "model=./tiny.safetensors detail=0 " text)))))
; --- what a frame is to show: the patch in the image, without the reference
(define (shown layer layers) ; what the image shows where of these that one is visible
  (for-each (lambda (each) (gimp-item-set-visible each (if (equal? each layer) TRUE FALSE))) layers)
  (visible image))
(define (remove layers) (for-each (lambda (layer) (gimp-image-remove-layer image layer)) layers))
(gimp-image-set-active-layer image target)
(select-mask image 0 0)
(define patches (frames "frames=3 into=patches"))
(equal "patches: above the target" (layer-list image) (append (list caption reference) (reverse patches) (list target)))
(gimp-item-set-visible reference FALSE)
(define expected (map (lambda (layer) (shown layer patches)) patches))
(define before (shown #f patches))
(gimp-item-set-visible reference TRUE)
(define where ; a patch that stays, in an image of its own
  (let* ((other (car (gimp-image-new 512 512 RGB))) (copy (car (gimp-layer-new-from-drawable (car patches) other))))
    (gimp-image-insert-layer other copy 0 0)
    copy))
(equal "where: place" (gimp-drawable-offsets where) (gimp-drawable-offsets (car patches)))
(remove patches)
(define (difference a b) (car (test-stylemap-inside a b where 0)))
(define (mean a b) (cadddr (test-stylemap-inside a b where 0)))
(define (whole what layers)
  (for-each (lambda (layer wanted)
              (equal (string-append what ": size") (list (car (gimp-drawable-width layer)) (car (gimp-drawable-height layer))) '(512 512))
              (equal (string-append what ": beside the patch") (car (test-stylemap-outside before layer where)) 0)
              (equal (string-append what ": as it is seen with the patch") (difference layer wanted) 0.0))
            layers expected))

; --- in this image
(define steps (undo-steps-of image))
(define made (frames "frames=3 frame-ms=40"))
(equal "this image: undo steps" (- (undo-steps-of image) steps) 1)
(equal "this image: on top" (layer-list image) (append (reverse made) (list caption reference target)))
(equal "this image: names" (map name made)
       '("Frame 1 (40ms) (replace)" "Frame 2 (40ms) (replace)" "Frame 3 (40ms) (replace)"))
(equal "this image: visible" (map visible? (layer-list image)) '(#t #t #t #f #f #f))
(equal "this image: the target stays active" (car (gimp-image-get-active-layer image)) target)
(whole "this image" made)

; --- once more: the first film is not in the second
(gimp-item-set-visible caption TRUE)
(define again (frames "frames=3 frame-ms=40"))
(equal "again: on top" (layer-list image) (append (reverse again) (reverse made) (list caption reference target)))
(equal "again: visible" (map visible? (layer-list image)) '(#t #t #t #f #f #f #f #f #f))
(whole "again" again)
(remove again)
(remove made)

; --- in a new image, there and back, and exported
(for-each (lambda (layer) (gimp-item-set-visible layer TRUE)) (layer-list image))
(set! steps (undo-steps-of image))
(define film (frames "frames=3 into=new-image ping-pong=yes"))
(define other (car (gimp-item-get-image (car film))))
(equal "new image: another" (= other image) #f)
(equal "new image: nothing else in it" (layer-list other) (reverse film))
(equal "new image: nothing done to this one" (list (undo-steps-of image) (layer-list image)) (list steps (list caption reference target)))
(equal "new image: there and back" (length film) 4)
(equal "new image: the last name" (name (cadddr film)) "Frame 4 (100ms) (replace)")
(whole "new image" (list (car film) (cadr film) (caddr film)))
(equal "new image: back" (difference (cadddr film) (cadr film)) 0.0)
(save-film other "film.webp")
(let ((opened (open "film.webp")))
  (equal "exported: frames" (car (gimp-image-get-layers opened)) 4)
  (for-each (lambda (layer wanted) (at-most "exported: a frame's mean difference" (mean layer wanted) 10)) ; GIMP 3's is lossy
            (reverse (layer-list opened)) film)
  (gimp-image-delete opened))
(gimp-image-delete other)

; --- smooth: the same ends and middle, nearer to the ends between them
(define even (frames "frames=5 into=new-image"))
(define smooth (frames "frames=5 into=new-image easing=smooth"))
(for-each (lambda (n) (equal "smooth: the same" (difference (list-ref even n) (list-ref smooth n)) 0.0)) '(0 2 4))
(let ((m (lambda (row a b) (mean (list-ref row a) (list-ref row b)))))
  (check "smooth: slowly away" (< (m smooth 1 0) (* 0.8 (m even 1 0))) (m smooth 1 0) (m even 1 0))
  (check "smooth: slowly there" (< (m smooth 3 4) (* 0.8 (m even 3 4))) (m smooth 3 4) (m even 3 4)))

; --- a transplant's: the first one is the picture
(define sweep
  (vector->list (cadr (plug-in-stylemap-interpolate-strength-with RUN-NONINTERACTIVE image target reference
                                                                  "model=toon-portraits-128 frames=3 ping-pong=yes easing=smooth"))))
(equal "strength: on top" (layer-list image) (append (reverse sweep) (list caption reference target)))
(equal "strength: there and back" (difference (cadddr sweep) (cadr sweep)) 0.0)
(at-most "strength: the first" (mean (car sweep) before) 0.1)
(check "strength: the middle" (< (mean (cadr sweep) before) (mean (caddr sweep) before)) (mean (cadr sweep) before))
(for-each gimp-image-delete (vector->list (cadr (gimp-image-list))))
(finish)
