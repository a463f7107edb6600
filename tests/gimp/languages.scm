; SPDX-License-Identifier: GPL-3.0-or-later
; What the plug-in says in this language: a layer's name and an error, a line each in the file `said`.
(load "lib.scm")
(define image (open "target.png"))
(define target (active image))
(define layer (car (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image target "./tiny.safetensors")))
(define name (car (gimp-item-get-name layer)))
(define error-text (failure (lambda () (transplant image target target))))
(call-with-output-file "said"
  (lambda (port) (display name port) (newline port) (display error-text port) (newline port)))
