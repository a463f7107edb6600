/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames of one scene: what each would decide for itself is decided for all of them, so that nothing flickers. Where the
 * model's square lies is found on each frame and smoothed over time, and lies still on what it shows; masks move with it. */
#pragma once
#include "host/edit.h"

/* Where a square lies in a frame, or how it moved since the frame before. */
typedef struct {
  gboolean sure;
  gdouble values[4]; /* centre, logarithm of the side, angle; of a way: translation, and about the square's centre the
                        logarithm of a scale and an angle */
} SequencePlace;

/* Whether a target's square is looked for in a sequence: `text` is what the user says of its place (NULL and "": nothing), `find`
 * the Find of that. Else it lies where it was told to, in every frame. */
gboolean sequence_is_found (const gchar *text, gint find);

/* Where the subject lies in one frame, by faces or by the model, as frame->find says (FIND_NOTHING: as FIND_AUTO): sure where one
 * was found. Of several faces the one nearest to what is selected by `under`, which may be NULL. */
void sequence_find (Engine *engine, const EditPicture *frame, const MaskSource *under, SequencePlace *place);

/* How what `square` shows moves from one frame to the next; not sure where they do not look alike. */
void sequence_track (GeglBuffer *before, GeglBuffer *after, const stylemap_placement *square, SequencePlace *way);

/* What a host does over all frames in its own way (on another thread, in processes). FALSE ends with its error. */
typedef struct {
  gboolean (*find) (gpointer data, SequencePlace *found, GError **error); /* sequence_find of every frame */
  /* sequence_track from every frame, whose square is squares[n], to the next: ways[n + 1]. */
  gboolean (*track) (gpointer data, const SequencePlace *squares, SequencePlace *ways, GError **error);
  gpointer data;
} SequencePasses;

typedef enum { SEQUENCE_NOWHERE, SEQUENCE_SMOOTHED, SEQUENCE_FOLLOWED } SequenceHow;

/* The squares of all `count` frames into `places`: FOLLOWED, they lie still on what they show; SMOOTHED, what was found in each
 * frame alone is smoothed over time; NOWHERE, nothing was found in any. */
gboolean sequence_places (const SequencePasses *passes, guint count, SequencePlace *places, SequenceHow *how, GError **error);
/* What the user may not expect of that, translated; or NULL. */
const gchar *sequence_note (SequenceHow how);

/* The sure ones smoothed over time, and the others put on the way between them; FALSE where none is sure. */
gboolean sequence_smooth (SequencePlace *places, guint count);

stylemap_placement sequence_square (const SequencePlace *place, gboolean mirror);
/* The conversions of colours that babl chooses by their speed differ in their last bit from run to run; what is decided must
 * not: to 1/256 of a pixel. */
void sequence_round (stylemap_placement *square);

/* A mask ("Y float", extent at 0,0) of a frame whose square lay at `from`, in one where it lies at `to`: a new buffer. */
GeglBuffer *sequence_move_mask (GeglBuffer *mask, const stylemap_placement *from, const stylemap_placement *to);
