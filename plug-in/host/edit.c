/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/edit.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "host/adjust.h"
#include "host/edit-mask.h"
#include "host/extend.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/mix.h"
#include "host/place.h"
#include "host/say.h"

/* What one edit needs all along. */
typedef struct {
  Engine *engine;
  const EditRequest *request;
  EditResult *result;
  GeglBuffer *target; /* the request's, or what is extended of it: what layers take their alpha from */
  gint drawn; /* squares */
  gint n_details; /* pictures whose own detail comes into the layers: the target, the last frame */
  stylemap_detail details[2];
  stylemap_layer detailed[2];
} Work;

/* In a function with `error`, `core` and `done:`; PART goes on to the next part of the whole. */
#define TRY(call)                                      \
  do {                                                 \
    if (!say_status(call, &core, error)) goto done;    \
  } while (0)
#define PART(engine, phase, from, to)                            \
  do {                                                           \
    if (!engine_part(engine, phase, from, to, error)) goto done; \
  } while (0)

/* ----------------------------------------------------------------------------------------- results */

void edit_result_clear(EditResult *result) {
  mask_clear(&result->mask);
  for (gint i = 0; i < result->n_layers; i++) g_object_unref(result->layers[i]);
  g_free(result->layers);
  g_free(result->image);
  g_free(result->refined);
  g_free(result->found);
  g_free(result->found_by);
  g_free(result->found_of);
  *result = (EditResult){ 0 };
}

/* A new layer of the result, to be written where it shows. */
static stylemap_layer new_layer(Work *work, const stylemap_layer *target) {
  EditResult *result = work->result;
  GeglBuffer *buffer = gegl_buffer_new(&result->mask.bounds, babl_format("R'G'B'A float"));
  result->layers = g_renew(GeglBuffer *, result->layers, result->n_layers + 1);
  result->layers[result->n_layers++] = buffer;
  stylemap_layer layer = layer_of_picture(buffer);
  layer.width = target->width;
  layer.height = target->height;
  return layer;
}

/* The square as a new layer over the target. */
static gboolean add_layer(Work *work, const gfloat *image, GError **error) {
  const EditPicture *picture = &work->request->target;
  const GeglRectangle *b = &work->result->mask.bounds;
  stylemap_layer target = layer_of_picture(work->target), layer = new_layer(work, &target);
  stylemap_placement placement = edit_placement(picture);
  stylemap_error core;
  const gint size = work->engine->info->size;
  if (!work->n_details)
    return say_status(stylemap_paste(image, size, &placement, &target, b->x, b->y, b->width, b->height, &layer, &core), &core,
                      error);
  if (work->request->kind == EDIT_INTERPOLATE) {
    const gint frame = (work->request->single ? work->request->single : work->result->n_layers) - 1;
    work->details[1].weight = easing_at(work->request->easing, frame, work->request->frames);
    work->details[0].weight = 1 - work->details[1].weight;
  }
  return say_status(stylemap_paste_detailed(image, size, &placement, &target, work->details, work->n_details,
                                            work->request->heal.detail, b->x, b->y, b->width, b->height, &layer, &core),
                    &core, error);
}

/* Sees what a reconstruction or frames of layers take detail from. */
static gboolean take_details(Work *work, GError **error) {
  const EditRequest *request = work->request;
  const gint count = request->squares || !(request->heal.detail > 0) ? 0
                     : request->kind == EDIT_RECONSTRUCT             ? 1
                     : request->kind == EDIT_INTERPOLATE             ? 2
                                                                     : 0;
  for (gint i = 0; i < count; i++) {
    const EditPicture *picture = i ? &request->references[0].picture : &request->target;
    if (!picture->buffer) return TRUE;
    gfloat *seen = engine_new_image(work->engine);
    work->detailed[i] = layer_of_colours(picture->buffer);
    work->details[i] = (stylemap_detail){ &work->detailed[i], edit_placement(picture), seen, 1 };
    work->n_details = i + 1;
    if (!edit_sample(work->engine, picture, seen, error)) return FALSE;
  }
  return TRUE;
}

/* What becomes of result->image once it is drawn. */
static gboolean hand_out(Work *work, GError **error) {
  const EditRequest *request = work->request;
  const gfloat *image = work->result->image;
  return (request->squares || add_layer(work, image, error)) &&
         (!request->take || request->take(request->take_data, work->drawn++, image, error));
}

/* ------------------------------------------------------------------------------- transplant, reconstruct */

enum { EDIT_FROM = 5, EDIT_TO = 90 }; /* percent of the whole: the network's part */
#define REFINING 0.94                 /* of the network's part; what follows takes about six steps' time */

/* Refines `image`; `n` of `count` pictures, of which the target is the first. */
static gboolean refine(Work *work, const gfloat *image, gint n, gint count, stylemap_pyramid *pyramid,
                       GError **error) {
  const stylemap_refine_options options = { .steps = work->request->refine, .offsets = 1 };
  const gdouble from = EDIT_FROM / 100.0, span = (EDIT_TO - EDIT_FROM) / 100.0 * REFINING;
  gboolean ok = FALSE;
  stylemap_error core;
  PART(work->engine, STYLEMAP_PHASE_REFINE, from + span * n / count, from + span * (n + 1) / count);
  TRY(stylemap_refine(work->engine->session, image, &options, pyramid, &work->result->refined[n], &core));
  work->result->n_refined = n + 1;
  ok = TRUE;
done:
  return ok;
}

/* From refined styles: G(blend(target, references, masks)). Without references a reconstruction. */
static gboolean refined_edit(Work *work, const gfloat *target, gfloat *const *references, gfloat *const *masks,
                             gint count, gfloat *image, GError **error) {
  Engine *engine = work->engine;
  const stylemap_edit *edit = &work->request->edit;
  stylemap_pyramid *a = NULL, *b = NULL;
  gboolean ok = FALSE;
  stylemap_error core;
  work->result->refined = g_new0(stylemap_refine_report, count + 1);
  TRY(stylemap_pyramid_new(engine->model, &a, &core));
  if (!refine(work, target, 0, count + 1, a, error)) goto done;
  if (count) TRY(stylemap_pyramid_new(engine->model, &b, &core));
  for (gint i = 0; i < count; i++) {
    if (!refine(work, references[i], i + 1, count + 1, b, error)) goto done;
    TRY(stylemap_blend(a, b, masks[i], edit->rule, edit->strength, &core));
  }
  PART(engine, STYLEMAP_PHASE_SYNTH, (EDIT_FROM + (EDIT_TO - EDIT_FROM) * REFINING) / 100, EDIT_TO / 100.0);
  TRY(stylemap_synth(engine->session, a, image, &core));
  ok = TRUE;
done:
  stylemap_pyramid_free(a);
  stylemap_pyramid_free(b);
  return ok;
}

static gboolean draw_still(Work *work, GError **error) {
  const EditRequest *request = work->request;
  Engine *engine = work->engine;
  EditResult *result = work->result;
  gint count = request->kind == EDIT_TRANSPLANT ? request->n_references : 0;
  gboolean ok = FALSE;
  stylemap_error core;
  g_autofree gfloat *target = engine_new_image(engine);
  gfloat **references = g_new0(gfloat *, count), **masks = g_new0(gfloat *, count);
  g_autofree stylemap_reference *taken = g_new(stylemap_reference, count);

  PART(engine, STYLEMAP_PHASE_SAMPLE, 0, EDIT_FROM / 100.0);
  if (!edit_sample(engine, &request->target, target, error)) goto done;
  for (gint i = 0; i < count; i++) {
    references[i] = engine_new_image(engine);
    masks[i] = g_new(gfloat, engine->mask_count);
    if (!edit_sample(engine, &request->references[i].picture, references[i], error) ||
        !edit_mask_weights(engine, request, &result->mask, i, masks[i], error))
      goto done;
    taken[i] = (stylemap_reference){ references[i], masks[i] };
  }
  PART(engine, STYLEMAP_PHASE_ENCODE, EDIT_FROM / 100.0, EDIT_TO / 100.0);
  if (request->refine > 0) {
    if (!refined_edit(work, target, references, masks, count, result->image, error)) goto done;
  } else if (count) {
    TRY(stylemap_transplant(engine->session, target, taken, count, &request->edit, result->image, &core));
  } else {
    TRY(stylemap_reconstruct(engine->session, target, result->image, &core));
  }
  if (!count) result->error = stylemap_mse(result->image, target, engine->image_count);
  PART(engine, STYLEMAP_PHASE_PASTE, EDIT_TO / 100.0, 1);
  ok = hand_out(work, error);
done:
  for (gint i = 0; i < count; i++) {
    g_free(references[i]);
    g_free(masks[i]);
  }
  g_free(references);
  g_free(masks);
  return ok;
}

/* -------------------------------------------------------------------------------------------- heal */

/* One reference of a healed edit, as core takes it: of the layers themselves, or of the network's squares. */
typedef struct {
  Mask mask;
  LayerSquare square, weights;
  stylemap_layer picture, mask_layer;
} Piece;

/* Where the mask is its alpha, it is not to come in by the square of that. */
static stylemap_layer layer_of_reference(const EditReference *reference) {
  GeglBuffer *buffer = reference->picture.buffer;
  return reference->alpha ? layer_of_colours(buffer) : layer_of_picture(buffer);
}

static gboolean piece_make(Work *work, gint n, Piece *piece, stylemap_piece *taken, GError **error) {
  const EditRequest *request = work->request;
  const EditPicture *picture = &request->references[n].picture;
  Engine *engine = work->engine;
  gint size = engine->info->size, width, height;
  if (request->squares) {
    piece->square = (LayerSquare){ engine_new_image(engine), size };
    piece->weights = (LayerSquare){ g_new(gfloat, engine->mask_count), size };
    piece->picture = layer_of_square(&piece->square);
    piece->mask_layer = layer_of_weights(&piece->weights);
    stylemap_fit(size, size, &taken->placement);
    if (!edit_sample(engine, picture, piece->square.values, error) ||
        !edit_mask_weights(engine, request, &work->result->mask, n, piece->weights.values, error))
      return FALSE;
  } else {
    if (!edit_mask_of(request, &work->result->mask, n, &piece->mask, error)) return FALSE;
    edit_size(&request->target, &width, &height);
    piece->picture = layer_of_reference(&request->references[n]);
    piece->mask_layer = mask_layer(&piece->mask, width, height);
    taken->placement = edit_placement(picture);
  }
  taken->picture = &piece->picture;
  taken->mask = &piece->mask_layer;
  return TRUE;
}

static void piece_clear(Piece *piece) {
  mask_clear(&piece->mask);
  g_free(piece->square.values);
  g_free(piece->weights.values);
}

static gboolean draw_healed(Work *work, GError **error) {
  const EditRequest *request = work->request;
  Engine *engine = work->engine;
  EditResult *result = work->result;
  gint count = request->n_references, size = engine->info->size;
  GeglRectangle b = result->mask.bounds;
  gboolean ok = FALSE;
  stylemap_error core;
  stylemap_heal_options options = request->heal;
  stylemap_heal_report report;
  stylemap_placement placement = edit_placement(&request->target);
  g_autofree Piece *pieces = g_new0(Piece, count);
  g_autofree stylemap_piece *taken = g_new0(stylemap_piece, count);
  LayerSquare square = { NULL, size }, made = { result->image, size };
  stylemap_layer target, layer;

  options.strength = request->edit.strength;
  PART(engine, STYLEMAP_PHASE_SAMPLE, 0, EDIT_FROM / 100.0);
  for (gint i = 0; i < count; i++)
    if (!piece_make(work, i, &pieces[i], &taken[i], error)) goto done;
  if (request->squares) {
    square.values = engine_new_image(engine);
    if (!edit_sample(engine, &request->target, square.values, error)) goto done;
    target = layer_of_square(&square);
    layer = layer_of_square(&made);
    stylemap_fit(size, size, &placement);
    b = (GeglRectangle){ 0, 0, size, size };
  } else {
    target = layer_of_picture(work->target);
    layer = new_layer(work, &target);
    if (work->target == request->target.buffer) {
      square.values = engine_new_image(engine);
      if (!edit_sample(engine, &request->target, square.values, error)) goto done;
      options.seen = square.values;
    }
  }
  PART(engine, STYLEMAP_PHASE_ENCODE, EDIT_FROM / 100.0, 1);
  TRY(stylemap_heal(engine->session, &target, &placement, taken, count, &options, b.x, b.y, b.width, b.height, &layer,
                    &report, &core));
  result->change = report.change;
  result->healed = report;
  ok = !request->take || !request->squares || request->take(request->take_data, work->drawn++, result->image, error);
done:
  for (gint i = 0; i < count; i++) piece_clear(&pieces[i]);
  g_free(square.values);
  return ok;
}

/* ------------------------------------------------------------------------------------- interpolate */

/* Frames of draw_frames, and why one of them could not be handed out. */
typedef struct {
  Work *work;
  GError **error;
  gboolean failed;
} Frames;

static int take_frame(void *data, int number, const float *image) {
  Frames *frames = data;
  Work *work = frames->work;
  memcpy(work->result->image, image, work->engine->image_count * sizeof *image);
  frames->failed = !hand_out(work, frames->error);
  return frames->failed;
}

static gboolean draw_frames(Work *work, GError **error) {
  const EditRequest *request = work->request;
  Engine *engine = work->engine;
  Frames frames = { work, error, FALSE };
  gboolean ok = FALSE;
  g_autofree gfloat *first = engine_new_stylemap(engine), *last = engine_new_stylemap(engine);
  g_autofree gdouble *at = g_new(gdouble, (gsize)request->frames);
  stylemap_error core;

  for (gint n = 0; n < request->frames; n++) at[n] = easing_at(request->easing, n, request->frames);
  const gdouble *wanted = request->single ? at + request->single - 1 : at;
  const gint count = request->single ? 1 : request->frames;
  PART(engine, STYLEMAP_PHASE_ENCODE, 0, 0.08);
  if (!edit_encode(engine, &request->target, first, error)) goto done;
  PART(engine, STYLEMAP_PHASE_ENCODE, 0.08, 0.16);
  if (!edit_encode(engine, &request->references[0].picture, last, error)) goto done;
  PART(engine, STYLEMAP_PHASE_SYNTH, 0.16, 1);
  stylemap_status status = stylemap_interpolate_at(engine->session, first, last, request->edit.space, wanted, count,
                                                   take_frame, &frames, &core);
  ok = !frames.failed && say_status(status, &core, error);
done:
  return ok;
}

/* -------------------------------------------------------------------------------------------- mix */

static gboolean draw_mix(Work *work, GError **error) {
  const EditRequest *request = work->request;
  Engine *engine = work->engine;
  g_autofree gfloat *target = engine_new_stylemap(engine), *reference = engine_new_stylemap(engine);
  return engine_part(engine, STYLEMAP_PHASE_ENCODE, 0, 0.3, error) &&
         edit_encode(engine, &request->target, target, error) &&
         engine_part(engine, STYLEMAP_PHASE_ENCODE, 0.3, 0.6, error) &&
         edit_encode(engine, &request->references[0].picture, reference, error) &&
         engine_part(engine, STYLEMAP_PHASE_SYNTH, 0.6, 1, error) &&
         mix_maps(engine, target, reference, request->levels, work->result->image, error) && hand_out(work, error);
}

/* -------------------------------------------------------------------------------------------- edit */

static gboolean is_there(const EditPicture *picture) {
  return picture->buffer || picture->image || picture->stylemap;
}

static const gchar *fault_of(const EditRequest *request) {
  if (edit_mask_is_needed(request) ? !request->target.buffer : !is_there(&request->target))
    return _("There is no target layer.");
  if (request->kind != EDIT_RECONSTRUCT && request->kind != EDIT_ADJUST && request->n_references < 1)
    return _("There is no reference layer.");
  for (gint i = 0; i < request->n_references; i++)
    if (!is_there(&request->references[i].picture)) return _("There is no reference layer.");
  if (request->mask.feather != MASK_BY_SIZE && !(request->mask.feather >= 0 && request->mask.feather <= EDIT_MOST_FEATHER))
    return _("The feather must be 0 to 10000 pixels, or -1: by size.");
  if (request->refine < 0 || request->refine > EDIT_MOST_REFINE)
    return _("The steps of refinement must be 0 to 100000.");
  if (!(request->heal.detail >= 0 && request->heal.detail <= 1)) return _("The detail must be 0 to 100 percent.");
  if (request->refine && request->kind == EDIT_TRANSPLANT && request->method == EDIT_HEAL)
    return _("Refined styles are blended by the method styles, not healed.");
  if (request->refine && request->kind == EDIT_TRANSPLANT && request->edit.space == STYLEMAP_SPACE_W)
    return _("Refined styles are blended in w+, not in w.");
  if (request->refine && request->frames) return _("Frames are not refined.");
  if ((request->kind == EDIT_INTERPOLATE || (request->kind == EDIT_TRANSPLANT && request->frames)) &&
      (request->frames < 2 || request->frames > EDIT_MOST_FRAMES || request->single < 0 || request->single > request->frames))
    return _("The number of frames must be 2 to 100000.");
  return NULL;
}

static gboolean extends(const EditRequest *request) {
  return request->extend && request->kind == EDIT_TRANSPLANT && !request->squares &&
         babl_format_has_alpha(gegl_buffer_get_format(request->target.buffer));
}

/* Fills work->target. FALSE, with a sentence, also where nothing could be seen of the result. */
static gboolean take_target(Work *work, GError **error) {
  const EditRequest *request = work->request;
  GeglBuffer *target = request->target.buffer;
  stylemap_placement placement;
  gboolean ok = TRUE;
  if (!extends(request)) {
    if (target) work->target = g_object_ref(target);
    return TRUE;
  }
  placement = edit_placement(&request->target);
  work->target = gegl_buffer_dup(target);
  for (gint i = 0; ok && i < request->n_references; i++) {
    const EditPicture *picture = &request->references[i].picture;
    stylemap_placement from = edit_placement(picture);
    stylemap_layer reference = layer_of_reference(&request->references[i]);
    Mask mask = { 0 };
    ok = edit_mask_of(request, &work->result->mask, i, &mask, error) &&
         extend_layer(work->target, &placement, &reference, &from, &mask, request->edit.strength, error);
    mask_clear(&mask);
  }
  if (ok && layer_is_clear(work->target, work->result->mask.weights, NULL)) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                        _("The target and the reference are fully transparent where the picture would change (or the "
                          "strength is 0), so nothing could be seen. Choose another mask or another layer or picture."));
    ok = FALSE;
  }
  return ok;
}

/* FALSE, with a sentence, where a picture's square does not touch it. */
static gboolean check_places(const EditRequest *request, GError **error) {
  for (gint i = -1; i < request->n_references; i++) {
    const EditPicture *picture = i < 0 ? &request->target : &request->references[i].picture;
    gint width, height;
    if (!picture->buffer || !picture->placement) continue;
    edit_size(picture, &width, &height);
    if (!place_check(picture->placement, width, height, i >= 0, error)) return FALSE;
  }
  return TRUE;
}

/* FALSE, with a sentence, where the target or a reference is an empty layer. */
static gboolean check_seen(const EditRequest *request, const Mask *mask, GError **error) {
  const gchar *fault = NULL;
  for (gint i = -1; i < request->n_references && !fault; i++) {
    const EditPicture *picture = i < 0 ? &request->target : &request->references[i].picture;
    stylemap_placement placement;
    GeglRectangle square;
    gint width, height;
    if (picture->stylemap || picture->image || !picture->buffer || picture->find || (i < 0 && extends(request))) continue;
    placement = edit_placement(picture);
    edit_size(picture, &width, &height);
    stylemap_bounds(&placement, width, height, &square.x, &square.y, &square.width, &square.height);
    if (!layer_is_clear(picture->buffer, i < 0 ? mask->weights : NULL, &square)) continue;
    fault = i < 0 ? _("The target is fully transparent where it would change, so nothing could be seen. Choose the layer "
                      "or picture that is to be edited.")
                  : _("The reference is fully transparent in the model's square: there is nothing to take from it. "
                      "Choose another layer or picture.");
  }
  if (fault) g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, fault);
  return !fault;
}

gboolean edit_prepare(const EditRequest *request, EditResult *result, GError **error) {
  const gchar *fault = fault_of(request);
  *result = (EditResult){ .error = -1, .change = -1, .healed = { .misfit = -1 } };
  if (fault) g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT, fault);
  if (!fault && request->target.find != FIND_NOTHING) return TRUE; /* all else depends on where it lies */
  result->prepared = TRUE;
  if (request->target.buffer && !fault) result->placement = edit_placement(&request->target);
  if (fault || !check_places(request, error) ||
      (edit_mask_is_needed(request) && !edit_mask_make(request, &result->mask, error)) ||
      !check_seen(request, &result->mask, error)) {
    edit_result_clear(result);
    return FALSE;
  }
  return TRUE;
}

static gboolean draw_transplant(Work *work, GError **error) {
  return work->request->method == EDIT_HEAL ? draw_healed(work, error) : draw_still(work, error);
}

/* A transplant, or frames of it. */
static gboolean draw_transplants(Work *work, GError **error) {
  const EditRequest *request = work->request;
  const gdouble from = request->from, to = request->edit.strength;
  EditRequest frame = *request;
  gboolean ok = TRUE;
  if (!request->frames) return draw_transplant(work, error);
  work->request = &frame;
  for (gint n = 0; n < request->frames && ok; n++) {
    frame.edit.strength = n + 1 == request->frames ? to : from + (to - from) * easing_at(request->easing, n, request->frames);
    engine_run(work->engine, n, request->frames);
    ok = draw_transplant(work, error);
    if (ok && !n && request->method == EDIT_HEAL) /* how it is healed does not hang on the strength: it is chosen once */
      stylemap_heal_as_reported(&frame.heal, &work->result->healed);
  }
  engine_run(work->engine, 0, 1);
  work->request = request;
  return ok;
}

static gboolean is_where_it_was(const EditPicture *picture, const stylemap_placement *found) {
  const stylemap_placement before = edit_placement(picture);
  return place_is_same(&before, found);
}

gboolean edit_run(Engine *engine, const EditRequest *request, EditResult *result, GError **error) {
  EditRequest placed = *request;
  g_autofree EditReference *references = g_memdup2(request->references, request->n_references * sizeof *references);
  g_autofree stylemap_placement *placements = g_new0(stylemap_placement, request->n_references);
  g_autofree MaskSource *alphas = g_new0(MaskSource, request->n_references);
  const Find how = (Find)request->target.find;
  EditSeen seen = { 0 };
  stylemap_placement at;
  Find by;
  placed.references = references;
  placed.target.seen = &seen;
  Work work = { .engine = engine, .request = &placed, .result = result };
  gboolean ok = find_target(engine, &placed, references, placements, &at, &by, error) &&
                (result->prepared || edit_prepare(&placed, result, error)) &&
                find_references(engine, &placed, references, placements, result, error) &&
                check_seen(&placed, &result->mask, error) &&
                edit_mask_place(engine, &placed, references, alphas, &result->mask, error);
  if (!ok) goto done;
  if (by != FIND_NOTHING && (how != FIND_AUTO || !is_where_it_was(&request->target, &at))) result->target_by = by;
  result->image = engine_new_image(engine);
  ok = take_target(&work, error) && take_details(&work, error) &&
       (request->kind == EDIT_ADJUST        ? adjust_draw(engine, &placed, result, error)
        : request->kind == EDIT_INTERPOLATE ? draw_frames(&work, error)
        : request->kind == EDIT_MIX         ? draw_mix(&work, error)
        : request->kind == EDIT_TRANSPLANT  ? draw_transplants(&work, error)
                                            : draw_still(&work, error)) &&
       (request->kind != EDIT_TRANSPLANT || edit_mask_fade(&placed, &result->mask, error));
  g_clear_object(&work.target);
  for (gint i = 0; i < work.n_details; i++) g_free((gpointer)work.details[i].seen);
done:
  for (gint i = 0; i < request->n_references; i++) g_clear_object(&alphas[i].selection);
  g_free(seen.square);
  if (!ok) edit_result_clear(result);
  return ok;
}
