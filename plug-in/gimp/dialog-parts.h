/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the dialog share: dialog.c is its frame and its flow, dialog-reference.c where it takes from,
 * dialog-rows.c the options, dialog-notes.c what it says. Nobody else includes this. */
#pragma once
#include "gimp/about.h"
#include "gimp/flow.h"
#include "gimp/probe.h"
#include <libgimp/gimpui.h>

#define WIDE_HINT 460 /* a hint's text below all controls */

typedef struct {
  const Procedure *procedure;
  ImageRef image;
  DrawableRef target, given; /* what is edited: the layer that was active, or the one it is a result of */
  FlowOptions *options;
  gboolean needs_reference;

  GtkWidget *dialog, *table;
  GtkSizeGroup *labels; /* of both tables */
  GtkWidget *reference_label, *reference_place, *reference, *reference_hint;
  GtkWidget *model, *model_hint, *square_hint, *result_hint, *probe_hint;
  GtkWidget *refine, *refine_steps, *space; /* the last NULL where there is none */
  GPtrArray *of_styles, *of_heal;           /* the widgets that have a meaning with that method alone */

  AboutModel about;
  gboolean model_ok, square_ok;
  FlowPlaces places;
  guint replace;      /* the source that looks at changed places */
  GeglBuffer *square; /* what the probe looks at; NULL: nothing, by what the places say */
  Probe *probe;
} Dialog;

/* OK can be pressed where the model, the square and the reference can be used. */
void dialog_update_ok(Dialog *self);
/* The model's square of the target is another one, or another target's: everything is looked at anew. */
void dialog_look(Dialog *self);

/* The reference's row, in which a combo box comes with dialog_fill_reference. */
void dialog_add_reference(Dialog *self);
/* The combo box lists the layers that there were when it was made: when the user comes back from GIMP's other
 * windows and they are others, a new one takes its place. */
void dialog_fill_reference(Dialog *self);

/* A place for a control with a hint below it. */
GtkWidget *dialog_with_hint(GtkWidget *control, GtkWidget **hint);
/* The rows of the options that everybody sees, into self->table. */
void dialog_add_options(Dialog *self);
void dialog_add_advanced(Dialog *self, GtkWidget *box);
/* Shows what the method and the refinement leave to choose. */
void dialog_update_method(Dialog *self);

/* The hints below all controls. */
void dialog_add_notes(Dialog *self, GtkWidget *box);
/* What there is to say of the square and the selection, as they are now; sets self->square_ok and self->places. */
void dialog_note_square(Dialog *self);
/* What the result will be, where it is not what one expects. */
void dialog_note_result(Dialog *self);
/* What there is to say of the model that is chosen now; begins to look whether it knows the picture. */
void dialog_note_model(Dialog *self);
