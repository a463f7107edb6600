; SPDX-License-Identifier: GPL-3.0-or-later
; What install/try.sh runs in GIMP 2.10: the hair of one sample picture, transplanted into another.
(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))
       (target (car (gimp-image-get-active-drawable image)))
       (reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png"))))
  (gimp-image-insert-layer image reference 0 1)
  (gimp-image-select-polygon image CHANNEL-OP-REPLACE 16 #(85 0 427 0 427 290 350 290 335 238 177 238 162 290 85 290)) ; hair.png
  (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target reference "")
  (gimp-selection-none image)
  (gimp-xcf-save 0 image target "result.xcf" "result.xcf")
  (let ((merged (car (gimp-image-flatten image))))
    (file-png-save RUN-NONINTERACTIVE image merged "result.png" "result.png" 0 9 0 0 0 0 0))
  (gimp-image-delete image)
  (call-with-output-file "passed" (lambda (port) (display "passed" port))))
