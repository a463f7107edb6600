; SPDX-License-Identifier: GPL-3.0-or-later
; An exported image says in its XMP what drew into it, or all of it, and nothing before, nor where the user's settings say so. origin.sh
; reads the files.
(load "lib.scm")

(define (export image path)
  (if in-gimp-3
      (export-png-with-xmp image path)
      (gimp-file-save RUN-NONINTERACTIVE image (active image) path path)))

(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (export image "before.png")
  (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target reference "model=toon-portraits-128 rounds=1")
  (export image "part.png")
  (plug-in-stylemap-edit-again RUN-NONINTERACTIVE image (car (layer-list image)))
  (equal "layers" (length (layer-list image)) 3)
  (export image "again.png")
  (gimp-image-delete image))
(call-with-output-file "config/stylemap/settings.ini" (lambda (port) (display "[stylemap]\nprovenance=no\n" port)))
(let* ((image (open "target.png"))
       (target (active image)))
  (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image target "./tiny.safetensors")
  (export image "silent.png")
  (gimp-image-delete image))
(file-delete "config/stylemap/settings.ini")
(let ((image (car (plug-in-stylemap-random RUN-NONINTERACTIVE "toon-portraits-128" 7 0.7 1 TRUE))))
  (export image "whole.png")
  (gimp-image-delete image))
(finish)
