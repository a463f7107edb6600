/* SPDX-License-Identifier: GPL-3.0-or-later
 * The flow, for every host: pictures, masks, options -> squares -> the engine's network -> squares -> new layers.
 * Synchronous, on the calling thread (worker.h brings it to another). Knows GEGL and libstylemap, no GIMP and no
 * command line. */
#pragma once
#include "host/easing.h"
#include "host/engine.h"
#include "host/mask.h"

typedef enum { EDIT_TRANSPLANT, EDIT_RECONSTRUCT, EDIT_INTERPOLATE, EDIT_ADJUST, EDIT_MIX } EditKind;
/* How a transplant is made: the paper's blend of style maps, or a collage that the model heals. */
typedef enum { EDIT_STYLES, EDIT_HEAL } EditMethod;

/* What the options of every host may be at most. */
enum { EDIT_MOST_FEATHER = 10000, EDIT_MOST_REFINE = 100000, EDIT_MOST_FRAMES = 100000 };

/* What a host's user marks: 2 points, the eyes, or 4, eyes and corners of the mouth; in pixels of the picture. */
enum { PLACE_MOST_POINTS = 4 };
typedef struct {
  gint count;
  gdouble at[PLACE_MOST_POINTS][2];
} PlacePoints;

/* A square that was sampled, 3 x S x S, or nothing yet, and where. */
typedef struct {
  stylemap_placement at;
  gfloat *square;
} EditSeen;

/* A picture, and what the network sees of it: the square at `placement`, unless that is there already. */
typedef struct {
  GeglBuffer *buffer;                  /* extent 0,0 width x height; memory of this process, not a host's tiles */
  const stylemap_placement *placement; /* NULL: the centred square */
  const gfloat *image;                 /* 3 x S x S in place of the buffer's square; or NULL */
  const gfloat *stylemap;              /* D x P x P in place of both, for what begins with encoding; or NULL */
  gint find; /* of a buffer, a Find (find.h): how its subject is looked for all over it; `placement` says whether it is
                mirrored, and where it is taken to be as long as nothing is found */
  PlacePoints points; /* of FIND_POINTS */
  EditSeen *seen;     /* NULL, or what edit_sample saw of it last, which it does not look for again; of edit_run alone */
} EditPicture;

typedef struct {
  EditPicture picture;
  const MaskSource *mask; /* on the target, where this reference comes in; NULL: the edit's */
  gboolean alpha;         /* in the mask's place: where it shows something, by its own alpha, feathered as the edit's mask */
  gint region;            /* in the mask's place: 1 + the stylemap_region that the model's file tells, feathered so; 0: none */
  gboolean as_placed;     /* its square follows the target's, where that is found: it lies `dx` pixels to the right of and */
  gint dx, dy;            /* `dy` below where the target's lies in its own picture */
} EditReference;

/* Takes a square that was drawn, `n` from 0. FALSE ends the edit with its error. */
typedef gboolean (*EditTake) (gpointer data, gint n, const gfloat *image, GError **error);

typedef struct {
  EditKind kind;
  EditPicture target;              /* the first frame of interpolate */
  const EditReference *references; /* of transplant: 1 or more, later ones above; of interpolate: 1, the last frame; of mix: 1 */
  gint n_references;
  MaskSource mask;
  const gfloat *weights; /* 1 x S x S in place of the mask, where no layers are made; or NULL */
  EditMethod method;     /* of transplant */
  stylemap_edit edit;    /* of EDIT_HEAL only the strength */
  stylemap_heal_options heal; /* of EDIT_HEAL, without the strength; its detail also of reconstruct, interpolate and adjust: what
                                 layers show beyond the model's resolution, where the model drew what it saw */
  /* Of transplant, where layers are made and the target has an alpha channel: the result goes beyond the target's outline.
   * With t the target's alpha and e the greatest of strength x mask x alpha over the references, the alpha becomes
   * max(t, e) at every pixel; where t is 0 the colours are the model's drawing (healed: of the references' pixels), and
   * between them they pass over as layer_composite says. A target that is fully transparent is allowed then. */
  gboolean extend;
  gint refine;           /* steps of refinement of every picture first, 0 = none; not in frames, w or heal */
  gint frames;           /* of interpolate: 2 or more; of transplant: 0, or 2 or more of rising strength, */
  gdouble from;          /* the first of this one, the last of edit.strength; */
  Easing easing;         /* of both */
  gint single;           /* of interpolate: 0, or 1 + the frame that is drawn alone */
  guint32 levels;        /* of mix: those that come from the reference (mix.h) */
  const stylemap_amount *amounts; /* of adjust: 1 or more */
  gint n_amounts;
  const gchar *directions; /* of adjust in place of amounts, of the model that it comes to: as adjust_parse takes them */
  gboolean squares;      /* no layers: only the network's own squares */
  EditTake take;         /* NULL, or called with each square; of a healed edit only where `squares` are asked for */
  gpointer take_data;
} EditRequest;

typedef struct {
  gboolean prepared;
  stylemap_placement placement; /* the target's square, where it has a buffer */
  gint target_by;      /* a Find: how it was found; FIND_NOTHING: it was not, or it is where it was taken to be */
  Mask mask;           /* where the layers show */
  gint n_layers;       /* 1, or the frames; 0 with `squares` */
  GeglBuffer **layers; /* "R'G'B'A float", extent = mask.bounds, alpha of the target (see extend) */
  gfloat *image;       /* the square drawn last, 3 x S x S; of adjust only with `squares` */
  gdouble error;       /* of a reconstruction: its MSE (-1..1, output clipped) from what the network saw; else -1 */
  gdouble change;      /* of a healed edit: how much the model changed the collage (stylemap_heal_report); of adjust: its report's; else -1 */
  stylemap_heal_report healed; /* of a healed edit; else its misfit is -1 */
  gint n_refined;
  stylemap_refine_report *refined; /* of the target, then of the references */
  gint n_found;
  stylemap_placement *found; /* where references lie that were to be found and were, in their order */
  gint *found_by;            /* a Find each: by a face, by the model or by the target's lines */
  gint *found_of;            /* which reference each is */
} EditResult;

/* What can be known before a model is opened: whether the request makes sense, and the masks, but where the target is to be
 * found. Fills `result` as edit_run goes on with it. On FALSE nothing is left in it. */
gboolean edit_prepare (const EditRequest *request, EditResult *result, GError **error);
/* Sentences on what the user may not expect of this result, translated, closed by NULL: for before the edit (once it is
 * prepared) and after it. g_strfreev. */
gchar  **edit_notes (const EditRequest *request, const EditResult *result);
/* Sentences on what was found, for after the edit: as edit_notes. */
gchar  **edit_findings (const EditResult *result);
/* The edit. `result` is as edit_prepare made it of the same request, or all zero. On FALSE nothing is left in it. */
gboolean edit_run (Engine *engine, const EditRequest *request, EditResult *result, GError **error);
void     edit_result_clear (EditResult *result);

/* How well the model draws what is in the picture's square. Plain colour is drawn well by every model, and a small head in much of
 * it has a small error, too: a model that knows a picture leaves 4 % of its variance at most, of such a scene it leaves 20 % and
 * more. Its subject 1 to 3 % of a side beside its place has up to 70 times the usual error and 13 % of the variance, another kind of
 * picture 20 % and more. */
#define EDIT_UNKNOWN_FACTOR 5.0 /* so often the usual error (engine->usual), or */
#define EDIT_UNKNOWN_SHARE 0.1  /* so much of the variance: not what the model was trained on, or not in its place; */
#define EDIT_ANOTHER_SHARE 0.15 /* so much: another kind of picture */
typedef struct {
  gdouble mse;    /* of its reconstruction */
  gboolean known; /* it is what the model was trained on, in its place; also where the file does not say what is usual */
  gboolean akin;  /* the same, perhaps a little beside its place: what to ask where it was looked for */
} EditProbe;
gboolean edit_probe (Engine *engine, const EditPicture *picture, EditProbe *probe, GError **error);

/* A picture's size, when it has pixels: its right and lower edge. Where the square lies on it: its placement, else the centred
 * one. */
void     edit_size (const EditPicture *picture, gint *width, gint *height);
stylemap_placement edit_placement (const EditPicture *picture);

/* The picture's square, 3 x S x S, and its style map, D x P x P. */
gboolean edit_sample (Engine *engine, const EditPicture *picture, gfloat *image, GError **error);
gboolean edit_encode (Engine *engine, const EditPicture *picture, gfloat *stylemap, GError **error);
