; SPDX-License-Identifier: GPL-3.0-or-later
; What install/try.sh runs in GIMP 3: the hair of one sample picture, transplanted into another.
(script-fu-use-v3)
(let* ((image (gimp-file-load RUN-NONINTERACTIVE "target.png"))
       (target (vector-ref (gimp-image-get-selected-drawables image) 0))
       (reference (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png")))
  (gimp-image-insert-layer image reference 0 1)
  (gimp-image-select-polygon image CHANNEL-OP-REPLACE #(85 0 427 0 427 290 350 290 335 238 177 238 162 290 85 290)) ; hair.png
  (plug-in-stylemap-transplant #:image image #:drawables (vector target) #:reference reference)
  (gimp-selection-none image)
  (gimp-xcf-save RUN-NONINTERACTIVE image "result.xcf")
  (gimp-image-flatten image)
  (file-png-export #:image image #:file "result.png")
  (gimp-image-delete image))
(call-with-output-file "passed" (lambda (port) (display "passed" port)))
