/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the dialog share: dialog.c is its frame and its flow, dialog-reference.c and dialog-more.c where it takes from,
 * dialog-presets.c what was kept, dialog-rows.c the options, dialog-adjust.c the directions, dialog-kept.c an earlier result, dialog-layers.c their pixels, dialog-notes.c what it says, dialog-preview.c what it shows, dialog-places.c the buttons below
 * that, dialog-variants.c other results. Nobody else includes this. */
#pragma once
#include "gimp/about.h"
#include "gimp/flow.h"
#include "gimp/view.h"
#include "host/preview.h"
#include <libgimp/gimpui.h>

#define WIDE_HINT 460 /* a hint's text below the controls */
#define BUTTON_SPACING 2 /* of the buttons below the views, whose rows are as wide as the longest language's words */

enum { DIALOG_RESET = 1, DIALOG_PRESET }; /* responses: the dialog begins anew with other options */

/* What else a preview is asked for. */
typedef enum {
  ASK_MOVED = 1, /* something lies somewhere else: first as it is, without the model */
  ASK_MODEL = 2, /* which model knows the target */
  ASK_FIND = 4,  /* where in the target the model's subject is */
} DialogAsk;

/* All of a layer, or, of NO_ITEM, of what the image shows. */
typedef struct {
  DrawableRef of;
  GeglBuffer *pixels;
} DialogPixels;

/* Where the subject lies in a reference. */
typedef struct {
  gint by; /* a Find: how it was found; 0: it was not */
  stylemap_placement place;
} DialogFound;

typedef struct DialogKept DialogKept; /* dialog-kept.c's own */

typedef struct {
  const Procedure *procedure;
  ImageRef image;
  DrawableRef target, given; /* what is edited: the layer that was active, or the one it is a result of */
  FlowOptions *options;
  gboolean needs_reference;
  gboolean fresh;   /* the options are as they came, and it was not looked yet whether they made the result that is to be edited again; */
  DialogKept *kept; /* they did, and it is shown; or NULL */

  GtkWidget *dialog, *table;
  GtkWidget *scroll; /* with all controls but the views and theirs, above the hints */
  GtkSizeGroup *labels; /* of both tables */
  GtkWidget *origin; /* what offers the layer that the active one was made of; NULL: it was not */
  GtkWidget *presets, *save_preset, *delete_preset;
  gchar *preset;    /* that was chosen last, or NULL; g_free */
  gboolean filling; /* the list of presets */
  GtkWidget *reference, *swap, *reference_hint;
  GtkWidget *more, *add; /* the rows of the references above the first, and what adds one; or NULL */
  guint refill;          /* the source that makes the rows anew */
  GtkWidget *model, *model_sheet, *model_hint, *square_hint, *result_hint, *probe_hint;
  GtkAdjustment *feather; /* NULL where there is none */
  GtkWidget *method, *collage, *match_colours; /* where the procedure takes them */
  GtkWidget *variants, *variant_pictures[PREVIEW_VARIANTS]; /* what opens their list, or NULL, and what shows each */
  GtkWidget *frames; /* how many; or NULL */
  gint shown_frame; /* of interpolate: which the preview shows, from 1 */
  GtkWidget *refine, *refine_steps, *space; /* the last NULL where there is none */
  GPtrArray *of_styles, *of_heal;           /* the widgets that have a meaning with that method alone */

  GtkWidget *sliders, *slider_rows, *directions_hint; /* of adjust; else NULL */
  gchar **directions; /* for which there are sliders, */
  gdouble *amounts;   /* and what they say */

  AboutModel about;
  gdouble usual;      /* of the model that was looked at, */
  Reason reason;      /* why it does not know what is in the target's square, */
  gint size;          /* and its square; 0: it is looked at now */
  gboolean model_ok, square_ok;
  FlowPlaces places;
  guint replace; /* the source that looks at changed places */

  GtkWidget *place, *reference_entry; /* the squares as texts */
  Preview *preview;
  View *view, *reference_view; /* of target and reference; NULL where nothing is previewed */
  GtkWidget *target_title, *reference_title, *reference_square, *status;
  GeglBuffer *pixels, *reference_pixels, *selection; /* all of them, in the layers' own pixels; the selection in the target's */
  DrawableRef pixels_of, reference_pixels_of;
  gboolean reference_visible; /* `reference_pixels` are what the image shows */
  gboolean was_away;     /* another window had the focus; */
  guint watch;           /* the source that then looks whether the layers were changed, */
  gint watched, watched_row; /* by number, from that row on */
  DialogPixels more_pixels[OPTIONS_REFERENCES]; /* from 1 */
  gboolean placing;      /* the texts become what the views say */
  guint working;         /* the source that looks how far the preview is, */
  gint64 asked;          /* which was asked for then */
  guint later;      /* the source that asks for a preview */
  DialogAsk wishes; /* its */
  guint64 missed;   /* the request to find the target's subject that found nothing last, 0: none; and what is said of it, */
  gchar *missed_words; /* also once that has drawn the picture again */
  gint in_view;     /* which reference the view beside shows, 0 the first, and its pixels there; */
  GeglBuffer *viewed;
  GtkWidget *choose_view; /* of the first row what chooses it, which is seen where there are others; or NULL */
  DialogFound found[OPTIONS_REFERENCES]; /* of each reference */
  gboolean target_found; /* the target's square was looked for, */
  stylemap_placement target_place; /* and lies there */
} Dialog;

/* OK can be pressed where the model, the square and the reference can be used. */
void dialog_update_ok(Dialog *self);
/* The model's square of the target is another one, or another target's: everything is looked at anew. */
void dialog_look(Dialog *self);

/* The reference's row, which dialog_fill_reference fills: also when the user comes back from GIMP's other windows, and the
 * layers may be others. */
void dialog_add_reference(Dialog *self);
void dialog_fill_reference(Dialog *self);

/* The rows below it, of the references above the first one, and their pixels. */
void dialog_add_more(Dialog *self, GtkWidget *box);
/* What chooses reference `n` for the view: of one group with the first row's, which comes first. */
GtkWidget *dialog_view_button(Dialog *self, guint n);
/* That one is shown there. */
void dialog_view_reference(Dialog *self, gint n);
/* The reference in the view gets a place, by its text; and its row says so. */
void dialog_place_more(Dialog *self, const gchar *text);
void dialog_fill_more(Dialog *self);
void dialog_read_more(Dialog *self);

/* The row of presets; DIALOG_PRESET where one is chosen. */
void dialog_add_presets(Dialog *self);

/* What opens and closes `child`, by its label (which may have a key). */
GtkWidget *dialog_expander(const gchar *label, GtkWidget *child, gboolean expanded);
/* A place for a control with a hint below it. */
GtkWidget *dialog_with_hint(GtkWidget *control, GtkWidget **hint);
/* The rows of the options that everybody sees, into self->table. */
void dialog_add_options(Dialog *self);
void dialog_add_advanced(Dialog *self, GtkWidget *box);
/* Shows what the method and the refinement leave to choose. */
void dialog_update_method(Dialog *self);

/* Adjust's sliders, which dialog_show_directions makes once it is known which directions the model brings: with what the
 * options say of them. */
void dialog_add_directions(Dialog *self, GtkWidget *box);
void dialog_show_directions(Dialog *self);
void dialog_forget_directions(Dialog *self);
/* TRUE, and said where the preview's state is: there are sliders and none is moved, so OK cannot be pressed. */
gboolean dialog_note_unmoved(Dialog *self);

/* The hints below the controls, where they stay in sight. */
void dialog_add_notes(Dialog *self, GtkWidget *box);
/* What there is to say of the square and the selection, as they are now; sets self->square_ok and self->places. */
void dialog_note_square(Dialog *self);
/* What the result will be, where it is not what one expects. */
void dialog_note_result(Dialog *self);
/* What there is to say of the model that is chosen now, before it is known whether it knows the picture. */
void dialog_note_model(Dialog *self);
/* The same once it is known how well it knows the picture, and again for another method. */
void dialog_note_detail(Dialog *self);
void dialog_note_known(Dialog *self, const PreviewNews *news);

/* The views and their buttons. */
void dialog_add_preview(Dialog *self, GtkWidget *box);
void dialog_end_preview(Dialog *self);
/* Reads the layers and the selection that are not the ones read before. */
void dialog_read_layers(Dialog *self);
/* What the views show, in words. */
void dialog_show_titles(Dialog *self);
/* Another reference, or one that lies or shows something else: all that depends on that. */
void dialog_layers_changed(Dialog *self);
void dialog_read_selection(Dialog *self);
/* Looks, a little at a time, whether the layers' pixels were changed, and takes the new ones where they were. */
void dialog_watch_layers(Dialog *self);
/* The same at once. */
void dialog_look_at_layers(Dialog *self);
void dialog_end_layers(Dialog *self);
/* An option is another one: the preview follows, now or when the hand rests. */
void dialog_ask(Dialog *self, DialogAsk wishes);
void dialog_ask_later(Dialog *self, DialogAsk wishes);
/* An earlier result that the options, as they came, would make just so is kept, */
void dialog_find_kept(Dialog *self);
/* and shown as long as no other is asked for: then it is let go, FALSE is returned, and what was not looked for before is. */
gboolean dialog_show_kept(Dialog *self, DialogAsk wishes);
void dialog_end_kept(Dialog *self);
/* OK: whether it is what is there, also by the layers as they are now. */
gboolean dialog_is_kept(Dialog *self);
/* The squares as the options have them, into the views. */
void dialog_show_squares(Dialog *self);
/* Where the square of the reference in the view lies, as far as that is known. */
stylemap_placement dialog_reference_square(const Dialog *self);
/* Where the target's square lies, as far as that is known. */
const stylemap_placement *dialog_target_square(const Dialog *self);

/* Other results to choose from. What they add to what is asked for, `into` kept as long as that. */
void dialog_add_variants(Dialog *self, GtkWidget *box);
gboolean dialog_variants_are_open(const Dialog *self);
void dialog_ask_variants(const Dialog *self, PreviewAsk *ask, PreviewVariant *into);
void dialog_show_variant(Dialog *self, const PreviewNews *news);
/* They are of something else. */
void dialog_clear_variants(Dialog *self);

/* The buttons below the views, which place the squares. */
void dialog_add_places(Dialog *self, GtkWidget *below_target, GtkWidget *below_reference);
/* The squares as the options have them, into the texts. */
void dialog_write_places(Dialog *self);
/* A square around what is selected, as large as portraits are around what one selects in them; FALSE: nothing is. */
gboolean dialog_around_selection(Dialog *self, stylemap_placement *place);
/* The user gave the target's or the reference's square another place. */
void dialog_place_target(Dialog *self, const stylemap_placement *place, gboolean done);
/* (of the reference that is in the view) */
void dialog_place_reference(Dialog *self, const stylemap_placement *place, gboolean done);
