/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the user chooses, and its arguments: where each is kept, what it is when nobody chose, and how a text gives it. */
#pragma once
#include "gimp/compat.h"
#include "gimp/procedures.h"

/* Where a reference comes in: what is selected, or where it shows something, by its layer mask and its transparency; from
 * OF_MODEL on a stylemap_region, which the model's file tells. */
typedef enum { REGION_SELECTION, REGION_ALPHA, REGION_OF_MODEL } ReferenceRegion;
extern const gchar *const options_regions[]; /* closed by NULL */
enum { OPTIONS_REGIONS = 7, OPTIONS_REFERENCES = 9 /* at most */ };

/* What frames are: whole pictures, in this image, whose other layers are hidden, or in a new one; or only what was drawn, above the
 * target. */
typedef enum { INTO_IMAGE, INTO_NEW_IMAGE, INTO_PATCHES } FramesInto;
extern const gchar *const options_into[]; /* closed by NULL */

/* For all procedures; each uses the fields that its arguments name. */
typedef struct {
  DrawableRef reference; /* NO_ITEM = not chosen */
  gchar *model;          /* g_free */
  gchar *directions;     /* of adjust: EditRequest's; g_free */
  EditMethod method;     /* of transplant */
  stylemap_edit edit;    /* healed: only the strength */
  stylemap_start collage; /* healed, as are the next three */
  gboolean match_colours; /* the clone is, whatever `collage` says */
  gint rounds;
  gdouble detail; /* percent */
  gdouble feather;
  gboolean extend; /* of transplant: EditRequest's */
  gchar *placement, *reference_placement; /* as place_parse takes them; g_free */
  gboolean mirror;                        /* of the reference */
  gint region;       /* of the reference, a ReferenceRegion */
  gboolean visible;  /* in the reference's place what the image shows */
  gchar *references; /* those above it: references.h; g_free */
  gint frames;
  gint frame_ms;
  gdouble reconstruct_detail, frames_detail; /* percent */
  gdouble strength_from; /* of frames of a transplant: the first one's */
  Easing easing;
  gboolean ping_pong;
  FramesInto into;
  gint boundary;         /* of mix, as is: */
  gchar *levels;         /* g_free */
  struct { /* of procedures that need no image */
    gint seed, count;
    gdouble truncation;
    gboolean sheet;
    gchar *file, *name, *direction; /* g_free */
    DrawableRef with, without;      /* NO_ITEM = not chosen */
  } alone;
  gboolean refine; /* the pictures' styles first: neither in interpolate nor healed; then `edit` works in W+ */
  gint refine_steps;
  gboolean remembered;  /* what was selected when a result was made, in place of the image's selection: */
  GeglBuffer *selection; /* in the target's pixels, extent at 0,0; NULL: nothing was; g_object_unref */
  LayerRef *chosen;      /* layers that the user selected, where there are several; g_free */
  gint n_chosen;
  LayerRef replaces;     /* a result whose place the new one takes; NO_ITEM: none */
  gboolean unchanged;    /* its dialog ended with all as that result has it: nothing is to be made */
  Engine *engine; /* engine_free; what the dialog opened for the model goes on here; NULL: opened where it is needed */
} FlowOptions;

/* All zero at first. Afterwards options_clear. */
void options_defaults(const Procedure *procedure, FlowOptions *options);
/* The same for a dialog, where frames go into an image that holds nothing else, as an export needs it; a script's stay in its image. */
#define OPTIONS_DIALOG_INTO INTO_NEW_IMAGE
void options_dialog_defaults(const Procedure *procedure, FlowOptions *options);
void options_clear(FlowOptions *options);

/* The field of an argument, by its type: DrawableRef, gchar *, gint (also of choices and flags) or gdouble. NULL for those
 * that every procedure has. */
gpointer options_field(FlowOptions *options, ArgumentId id);

/* Sets what `text` names, pairs of key=value with spaces between them, quoted as in a shell: the keys are the procedure's
 * arguments but for its items. FALSE and a sentence that names the pair at fault. */
gboolean options_parse(const Procedure *procedure, const gchar *text, FlowOptions *options, GError **error);

/* All of them as such a text; to be freed. */
gchar *options_text(const Procedure *procedure, const FlowOptions *options);

/* The method that an argument belongs to; -1: to both. */
gint options_method(ArgumentId id);
/* FALSE and a sentence where something is not its default that belongs to the method that is not chosen, or two contradict each
 * other: for scripts. */
gboolean options_check_method(const Procedure *procedure, FlowOptions *options, GError **error);
