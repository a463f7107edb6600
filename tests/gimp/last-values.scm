; SPDX-License-Identifier: GPL-3.0-or-later
; RUN-WITH-LAST-VALS takes what the file in the profile says (defaults for what makes no sense there), and for the
; reference what the dialog would propose: the layer below the target, else above it, and no earlier result.
(load "lib.scm")

(define (delq-of item items)
  (cond ((null? items) items)
        ((equal? (car items) item) (delq-of item (cdr items)))
        (else (cons (car items) (delq-of item (cdr items))))))
(define (recipe layer) (caddr (car (gimp-item-get-parasite layer "stylemap-edit"))))
(define (with-last-values image target)
  (car (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0)))

(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png"))
       (made (plug-in-stylemap-interpolate RUN-WITH-LAST-VALS image target target "nosuch" 99 99)))
  (equal "frames" (car made) 3)
  (equal "frame time" (car (gimp-item-get-name (vector-ref (cadr made) 2))) "Frame 3 (250ms)")
  (check "transplant" (number? (car (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0))))
  (define (reconstructed mode)
    (car (gimp-item-get-name (car (plug-in-stylemap-reconstruct mode image target "./tiny.safetensors")))))
  (check "refined" (contains? (reconstructed RUN-WITH-LAST-VALS) "refined: MSE"))
  (equal "not refined in a script" (reconstructed RUN-NONINTERACTIVE) "StyleMap Reconstruct")
  ; the method: only styles are refined, and a script has styles and no refinement whatever a dialog chose
  (define (with-method method mode)
    (call-with-output-file (if in-gimp-3 "gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-transplant.last"
                               "gimp/stylemap-last-values")
      (lambda (port)
        (display (if in-gimp-3 "(model \"./tiny.safetensors\")\n(refine yes)\n(refine-steps 2)\n(mask-rule 1)\n"
                     "[plug-in-stylemap-transplant]\nmodel=./tiny.safetensors\nrefine=true\nrefine-steps=2\nmask-rule=1\n")
                 port)
        (if (not (string=? method ""))
            (for-each (lambda (text) (display text port))
                      (if in-gimp-3 (list "(method \"" method "\")\n") (list "method=" method "\n"))))))
    (contains? (car (gimp-item-get-name (car (plug-in-stylemap-transplant mode image target reference
                                                                          "./tiny.safetensors" 1 0 0 0))))
               "refined: MSE"))
  (if (not in-gimp-3) ; where what the file lacks is taken from the call
      (equal "healed, as by default" (with-method "" RUN-WITH-LAST-VALS) #f))
  (equal "healed" (with-method "heal" RUN-WITH-LAST-VALS) #f)
  (equal "styles" (with-method "styles" RUN-WITH-LAST-VALS) #t)
  (if (not in-gimp-3) (equal "healed, where it is nonsense" (with-method "7" RUN-WITH-LAST-VALS) #f))
  (equal "not refined in a script" (with-method "styles" RUN-NONINTERACTIVE) #f)
  (gimp-image-remove-layer image reference)
  (for-each (lambda (layer) (gimp-image-remove-layer image layer)) (delq-of target (layer-list image)))
  (refuses "no layer to take from" image 'argument "no reference layer"
           (lambda () (plug-in-stylemap-transplant RUN-WITH-LAST-VALS image target target "" 0 0 0 0)))
  (gimp-image-delete image))

; where frames go: what was taken last, by itself into a new image, which a script's do not
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (define (film-in what into mode here)
    (call-with-output-file (if in-gimp-3 "gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-interpolate.last"
                               "gimp/stylemap-last-values")
      (lambda (port)
        (for-each (lambda (text) (display text port))
                  (if in-gimp-3
                      (list "(model \"./tiny.safetensors\")\n(frames 2)\n"
                            (if (string=? into "") "" (string-append "(dialog-into \"" into "\")\n")))
                      (list "[plug-in-stylemap-interpolate]\nmodel=./tiny.safetensors\nframes=2\n"
                            (if (string=? into "") "" (string-append "into=" into "\n")))))))
    (let* ((made (vector->list (cadr (plug-in-stylemap-interpolate-with mode image target reference "model=./tiny.safetensors frames=2"))))
           (its (car (gimp-item-get-image (car made)))))
      (equal what (= its image) here)
      (if here
          (for-each (lambda (layer) (gimp-image-remove-layer image layer)) made)
          (gimp-image-delete its))))
  (film-in "frames: a script's" "" RUN-NONINTERACTIVE #t)
  (film-in "frames: a dialog's" "" RUN-WITH-LAST-VALS #f)
  (film-in "frames: as taken last" "image" RUN-WITH-LAST-VALS #t)
  (gimp-image-delete image))

; where the squares lay: words are kept, numbers of the very layers that they were told for as long as the session
(define (keep place reference-place)
  (call-with-output-file (if in-gimp-3 "gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-transplant.last"
                             "gimp/stylemap-last-values")
    (lambda (port)
      (for-each (lambda (text) (display text port))
                (if in-gimp-3
                    (list "(model \"./tiny.safetensors\")\n(placement \"" place "\")\n(reference-placement \"" reference-place "\")\n")
                    (list "[plug-in-stylemap-transplant]\nmodel=./tiny.safetensors\nmethod=styles\nplacement=" place
                          "\nreference-placement=" reference-place "\n"))))))
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (define (lay what target place reference-place)
    (let* ((made (with-last-values image target))
           (text (recipe made)))
      (check what (and (contains? text (string-append " placement='" place "'"))
                       (contains? text (string-append " reference-placement='" reference-place "'")))
             text)
      (gimp-image-remove-layer image made)))
  (keep "-5000,-5000,10" "-5000,-5000,10")
  (lay "numbers of no layer of this session" target "" "")
  (keep "256,200,300,15" "10,20 90,20")
  (lay "numbers, angle and points" target "" "")
  (keep "bounds" "centre")
  (lay "words" target "bounds" "centre")
  (gimp-attach-parasite (list "plug-in-stylemap-transplant-places" 0
                              (string-append (number->string target) " " (number->string reference) " " (number->string image) "\n256,200,300\n250,260,400")))
  (keep "" "")
  (lay "numbers of the same layers" target "256,200,300" "250,260,400")
  (lay "of others" reference "" "")
  (gimp-image-delete image))
(let* ((image (open "target.png"))
       (target (active image)))
  (add-below image "reference.png")
  (check "of another image" (contains? (recipe (with-last-values image target)) " placement='' reference-placement=''"))
  (gimp-image-delete image))

; what an image showed is taken from once more in that image alone
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (define (visible-for layer its)
    (call-with-output-file (if in-gimp-3 "gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-transplant.last"
                               "gimp/stylemap-last-values")
      (lambda (port)
        (display (if in-gimp-3 "(model \"./tiny.safetensors\")\n(visible yes)\n"
                     "[plug-in-stylemap-transplant]\nmodel=./tiny.safetensors\nvisible=true\n")
                 port)))
    (gimp-attach-parasite (list "plug-in-stylemap-transplant-places" 0 (string-append (number->string layer) " -1 " (number->string its) "\n\n")))
    (let* ((made (with-last-values image target)) (text (recipe made)))
      (gimp-image-remove-layer image made)
      (contains? text " visible=1")))
  (equal "what this image shows" (visible-for target image) #t)
  (equal "what it shows, of a layer in whose place another is" (visible-for 99999 image) #t)
  (let ((other (open "reference.png")))
    (equal "what another image showed" (visible-for (active other) other) #f)
    (gimp-image-delete other))
  (equal "what an image showed that is closed" (visible-for 99999 99999) #f)
  (gimp-image-delete image))

; from the top: the reference, a result, the target, which a reference was below before
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png"))
       (result (transplant image target reference "./tiny.safetensors" 1.0 0 0 0.0)))
  (gimp-item-set-name reference "the reference")
  (gimp-item-set-name result "the result")
  (gimp-image-reorder-item image reference 0 0)
  (let ((made (with-last-values image target)))
    (check "an earlier result is not proposed" (contains? (recipe made) "reference-name=the reference\n"))
    (gimp-image-remove-layer image made))
  (gimp-image-remove-layer image reference)
  (check "unless there is nothing else" (contains? (recipe (with-last-values image target)) "reference-name=the result\n"))
  (gimp-image-delete image))

; what was taken last lies in another image: this image's own layers come first, unless it was taken for this one, or there are none
(if (not in-gimp-3) ; where the layer is kept in the settings of GIMP itself
    (let* ((other (open "target.png"))
           (other-reference (add-below other "reference.png"))
           (image (open "target.png"))
           (target (active image))
           (reference (add-below image "reference.png")))
      (define (last-for layer its)
        (gimp-procedural-db-set-data "plug-in-stylemap-transplant-reference" 4
                                     (vector (modulo other-reference 256) (quotient other-reference 256) 0 0))
        (gimp-attach-parasite (list "plug-in-stylemap-transplant-places" 0
                                    (string-append (number->string layer) " " (number->string other-reference) " " (number->string its) "\n\n"))))
      (define (taken-here)
        (let* ((made (with-last-values image target))
               (text (recipe made)))
          (gimp-image-remove-layer image made)
          (contains? text "reference-here=true")))
      (keep "" "")
      (last-for (active other) other)
      (equal "another image's last reference" (taken-here) #t)
      (last-for target image)
      (equal "this image's last reference, of another image" (taken-here) #f)
      (last-for (active other) other)
      (gimp-image-remove-layer image reference)
      (equal "an image with one layer" (taken-here) #f)
      (gimp-image-delete image)
      (gimp-image-delete other)))
(finish)
