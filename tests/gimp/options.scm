; SPDX-License-Identifier: GPL-3.0-or-later
; The arguments by name, which GIMP 2.10 takes as a text: what they do and what makes no sense.
(load "lib.scm")

; --- strength 0 is the target itself
(let* ((image (open "target.png"))
       (target (active image))
       (reference (add-below image "reference.png")))
  (select-mask image 0 0)
  (let* ((before (visible image))
         (result (heal image target reference "strength=0"))
         (after (visible image)))
    (equal "strength 0" (car (test-stylemap-inside before after result 0)) 0.0)
    (close-visible before)
    (close-visible after))

  ; --- what makes no sense
  (define (refuses-text what text part)
    (if (not in-gimp-3) ; which has its own sentences for the others
        (refuses what image 'argument part (lambda () (heal image target reference text)))))
  (refuses "a mask rule" image 'argument "'mask-rule' belongs to the method styles"
           (lambda () (heal image target reference "mask-rule=1")))
  (refuses "a space" image 'argument "'space' belongs to the method styles"
           (lambda () (heal image target reference "space=1")))
  (refuses "rounds" image 'argument "'rounds' belongs to the method heal"
           (lambda () (heal image target reference "method=styles rounds=1")))
  (refuses "detail" image 'argument "'detail' belongs to the method heal"
           (lambda () (heal image target reference "method=styles detail=1")))
  (refuses "matched colours" image 'argument "'match-colours' belongs to the method heal"
           (lambda () (heal image target reference "method=styles match-colours=yes")))
  (refuses "matched colours and a copy" image 'argument "'collage' names another one"
           (lambda () (heal image target reference "match-colours=yes collage=copy")))
  (refuses "a collage" image 'argument "'collage' belongs to the method heal"
           (lambda () (heal image target reference "method=styles collage=copy")))
  (refuses "no place" image 'argument "placement is \"1,2\"; it must be X,Y,SIDE"
           (lambda () (heal image target reference "placement=1,2")))
  (refuses "no place in the reference" image 'argument "reference-placement is \"here\"; it must be X,Y,SIDE"
           (lambda () (heal image target reference "reference-placement=here")))
  (refuses "a place beside the target" image 'argument "target's square"
           (lambda () (heal image target reference "placement=900,0,100")))
  (refuses "a place beside the reference" image 'argument "reference's square"
           (lambda () (heal image target reference "reference-placement=900,0,100")))
  (refuses "a selection off the placed square" image 'work "outside the square"
           (lambda () (heal image target reference "placement=50,50,60")))
  (let* ((other (open "target.png"))
         (result (car (plug-in-stylemap-reconstruct-with RUN-NONINTERACTIVE other (active other) "placement=100,120,60"))))
    (equal "reconstructed where it is placed" (gimp-drawable-offsets result) '(70 90))
    (gimp-image-delete other))
  (refuses-text "an unknown name" "strenght=1" "There is no argument 'strenght'. There are model, strength, ")
  (refuses-text "no pair" "heal" "'heal' in the text of arguments is no pair")
  (refuses-text "an unknown word" "method=sharp" "'method' is 'sharp'; it must be one of styles, heal")
  (refuses-text "a number for a word" "method=1" "'method' is '1'; it must be one of")
  (refuses-text "too many rounds" "rounds=17" "'rounds' is '17'; it must be a number from 1 to 16")
  (refuses-text "half a round" "rounds=1.5" "'rounds' is '1.5'; it must be a number from 1 to 16")
  (refuses-text "no number" "detail=much" "'detail' is 'much'; it must be a number from 0 to 100")
  (refuses-text "not a number" "detail=nan" "'detail' is 'nan'; it must be a number from 0 to 100")
  (refuses-text "a rule's number" "method=styles mask-rule=3" "'mask-rule' is '3'; it must be one of soft, any, half")
  (refuses-text "neither yes nor no" "extend=perhaps" "'extend' is 'perhaps'; it must be yes or no")
  (refuses-text "twice" "detail=1 detail=2" "'detail' is given twice")
  (refuses-text "a quotation mark" "model='a" "quotation mark")
  (if (not in-gimp-3)
      (refuses "a model with a space" image 'work "no such.pt"
               (lambda () (heal image target reference "model='no such.pt'"))))
  (if (not in-gimp-3)
      (check "words for numbers, nothing at all, GIMP's own yes"
             (and (number? (heal image target reference "method=styles mask-rule=half space=w"))
                  (number? (heal image target reference ""))
                  (number? (heal image target reference " extend=1  detail=5 ")))))
  (gimp-image-delete image))

(finish)
