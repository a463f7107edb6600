/* SPDX-License-Identifier: GPL-3.0-or-later
 * layer -> edit -> paste -> new layer. */
#include "gimp/flow.h"
#include "gimp/check.h"
#include "gimp/film.h"
#include "gimp/origin.h"
#include "gimp/path.h"
#include "gimp/pixels.h"
#include "gimp/progress.h"
#include "gimp/recipe.h"
#include "gimp/references.h"
#include "gimp/result.h"
#include "gimp/stage.h"
#include "host/mix.h"
#include "host/place.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>

#define EDIT_SHARE 0.9 /* of the progress bar; the rest is handing the layers to GIMP */

static gboolean heals(const Procedure *procedure, const FlowOptions *options) {
  return procedure->kind == EDIT_TRANSPLANT && options->method == EDIT_HEAL;
}

/* The levels of a mixture that are the reference's; FALSE with a sentence where what the options say makes no sense. */
static gboolean read_levels(const FlowOptions *options, guint32 *levels, GError **error) {
  *levels = MIX_FROM(options->boundary);
  return !*options->levels || mix_parse(procedures_argument(ARGUMENT_LEVELS)->name, options->levels, levels, error);
}

static gboolean check_references(const Procedure *procedure, DrawableRef target, const FlowOptions *options, GError **error) {
  GArray *all;
  gboolean ok;

  if (!procedures_takes(procedure, ARGUMENT_REFERENCE))
    return TRUE;
  if (!options->visible && !check_reference(target, options->reference, error))
    return FALSE;
  all = references_read(options, error);
  ok = all && references_check(all, target, error);
  g_clear_pointer(&all, g_array_unref);
  return ok;
}

/* Whether anything comes in where the selection is. */
static gboolean needs_selection(const FlowOptions *options) {
  GArray *all = references_read(options, NULL);
  gboolean any = FALSE;

  for (guint i = 0; all && i < all->len; i++)
    any |= references_nth(all, i)->region == REGION_SELECTION;
  g_clear_pointer(&all, g_array_unref);
  return any;
}

gboolean flow_check_selection(ImageRef image, DrawableRef target, const FlowOptions *options, const stylemap_placement *placement,
                              GError **error) {
  GeglRectangle selected;

  return !needs_selection(options) ||
         check_selection(flow_selected(image, target, options, &selected) ? &selected : NULL, target, placement, error);
}

gboolean flow_check(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options,
                    GError **error) {
  FlowPlaces places;
  guint32 levels;

  return check_target(image, target, error) && check_references(procedure, target, options, error) &&
         check_numbers(procedure, options, error) && read_levels(options, &levels, error) &&
         flow_places(procedure, image, target, options, &places, error) &&
         (places.target.find || /* where the square will lie, the edit itself sees */
          flow_check_selection(image, target, options, &places.target.at, error));
}

/* ------------------------------------------------------------------------------------- layer -> edit */

#define EDGE(side) (8 + (side) / 16) /* pixels around a square that resampling and healing may look at */

/* place_parse of an argument; a path's name becomes its points, in the layer's pixels. */
static gboolean read_place(ArgumentId id, const gchar *text, DrawableRef drawable, gboolean reference, PlaceKind usual,
                           Place *place, GError **error) {
  const gchar *name = procedures_argument(id)->name;
  gchar *points = NULL;
  gboolean ok;

  if (path_is_meant(text) && !(points = path_points(text, drawable, error)))
    return FALSE;
  ok = place_parse(name, points ? points : text, reference, usual, place, error);
  g_free(points);
  return ok;
}

static void take_place(const Place *place, FlowPlace *taken) {
  taken->find = place_find_how(place);
  taken->points = place->points;
  taken->as_placed = place->kind == PLACE_AS_PLACED;
}

static gboolean place_reference(const Reference *reference, ImageRef image, DrawableRef target, PlaceKind usual,
                                const FlowPlace *target_place, FlowPlace *taken, GError **error) {
  Place place = {.mirror = reference->mirror};
  GeglRectangle bounds;
  gint left, top;

  if (!read_place(ARGUMENT_REFERENCE_PLACEMENT, reference->placement, reference->layer != NO_ITEM ? reference->layer : target, TRUE,
                  usual, &place, error))
    return FALSE;
  references_bounds(reference, image, &bounds);
  gimp_drawable_get_offsets(target, &left, &top);
  take_place(&place, taken);
  taken->dx = left - bounds.x;
  taken->dy = top - bounds.y;
  place_find(&place, bounds.width, bounds.height, &target_place->at, taken->dx, taken->dy, &taken->at);
  return (target_place->find && taken->as_placed) || place_check(&taken->at, bounds.width, bounds.height, TRUE, error);
}

/* Those that are there: while a dialog is open, layers go. */
static gboolean place_references(const FlowOptions *options, ImageRef image, DrawableRef target, PlaceKind usual, FlowPlaces *places,
                                 GError **error) {
  GArray *all = references_read(options, error);
  gboolean ok = all != NULL;

  for (guint i = 0; ok && i < all->len; i++) {
    const Reference *reference = references_nth(all, i);
    gboolean there = (i || options->visible || reference->layer != NO_ITEM) &&
                     (reference->layer == NO_ITEM || gimp_item_is_valid(AS_ITEM(reference->layer)));

    places->references[i] = places->target;
    ok = !there || place_reference(reference, image, target, usual, &places->target, &places->references[i], error);
    places->n_references = (gint)i + 1;
  }
  g_clear_pointer(&all, g_array_unref);
  return ok;
}

gboolean flow_places(const Procedure *procedure, ImageRef image, DrawableRef target, const FlowOptions *options,
                     FlowPlaces *places, GError **error) {
  PlaceKind usual = heals(procedure, options) ? PLACE_AUTO : PLACE_CENTRE;
  Place place = {0};
  GeglRectangle selected;
  gint width = gimp_drawable_get_width(target), height = gimp_drawable_get_height(target);

  *places = (FlowPlaces){.n_references = 0};
  if (!read_place(ARGUMENT_PLACEMENT, options->placement, target, FALSE, usual, &place, error))
    return FALSE;
  place_around(&place, width, height, flow_selected(image, target, options, &selected) ? &selected : NULL);
  take_place(&place, &places->target);
  place_find(&place, width, height, NULL, 0, 0, &places->target.at);
  return place_check(&places->target.at, width, height, FALSE, error) &&
         (!procedures_takes(procedure, ARGUMENT_REFERENCE) ||
          place_references(options, image, target, usual, places, error));
}

GeglRectangle flow_square(DrawableRef drawable, const stylemap_placement *placement) {
  GeglRectangle area;

  stylemap_bounds(placement, gimp_drawable_get_width(drawable), gimp_drawable_get_height(drawable), &area.x, &area.y,
                  &area.width, &area.height);
  return area;
}

GeglRectangle flow_around(gint width, gint height, const stylemap_placement *placement) {
  const GeglRectangle whole = {0, 0, width, height};
  GeglRectangle area;
  gint edge = (gint)EDGE(MIN(placement->side, width + height));

  stylemap_bounds(placement, width, height, &area.x, &area.y, &area.width, &area.height);
  area = (GeglRectangle){area.x - edge, area.y - edge, area.width + 2 * edge, area.height + 2 * edge};
  gegl_rectangle_intersect(&area, &area, &whole);
  return area;
}

/* Only what the model can see is fetched: the middle square of a panorama, not all of it. */
static GeglRectangle around_square(DrawableRef drawable, const stylemap_placement *placement) {
  gint width = gimp_drawable_get_width(drawable), height = gimp_drawable_get_height(drawable);

  return placement ? flow_around(width, height, placement) : *GEGL_RECTANGLE(0, 0, width, height);
}

GeglBuffer *flow_copy_target(DrawableRef drawable, const stylemap_placement *placement) {
  GeglRectangle area = around_square(drawable, placement);

  return pixels_copy(drawable, &area);
}

GeglBuffer *flow_copy_reference(DrawableRef drawable, const stylemap_placement *placement) {
  GeglRectangle area = around_square(drawable, placement);

  return pixels_copy_masked(drawable, &area);
}

GeglBuffer *flow_copy_visible(ImageRef image, const stylemap_placement *placement) {
  LayerRef shown = gimp_layer_new_from_visible(image, image, "visible");
  GeglBuffer *copy = shown != NO_ITEM ? flow_copy_target(AS_DRAWABLE(shown), placement) : NULL;

  if (shown != NO_ITEM)
    gimp_item_delete(AS_ITEM(shown));
  return copy;
}

gboolean flow_selected(ImageRef image, DrawableRef target, const FlowOptions *options, GeglRectangle *bounds) {
  gboolean selected;
  gint x1, y1, x2, y2, left, top;

  if (options->remembered)
    return options->selection && mask_bounds(options->selection, bounds);
  gimp_selection_bounds(image, &selected, &x1, &y1, &x2, &y2);
  gimp_drawable_get_offsets(target, &left, &top);
  *bounds = *GEGL_RECTANGLE(x1 - left, y1 - top, x2 - x1, y2 - y1);
  return selected;
}

/* What of the selection the weights depend on (where the square may lie anywhere, `placement` is NULL); all of it where that is
 * nothing, for the sentence that says so. */
static GeglBuffer *copy_selection(ImageRef image, DrawableRef target, const stylemap_placement *placement,
                                  gdouble feather) {
  gint left, top, width = gimp_drawable_get_width(target), height = gimp_drawable_get_height(target);
  const stylemap_placement anywhere = {.x = width / 2.0, .y = height / 2.0, .side = MAX(width, height)};
  GeglRectangle reach, bounds;
  GeglBuffer *selection;

  mask_reach(placement ? placement : &anywhere, width, height, feather, &reach);
  gimp_drawable_get_offsets(target, &left, &top);
  reach.x += left;
  reach.y += top;
  selection = pixels_copy_selection(image, &reach);
  if (selection && !mask_bounds(selection, &bounds)) {
    g_object_unref(selection);
    reach = *GEGL_RECTANGLE(0, 0, gimp_image_get_width(image), gimp_image_get_height(image));
    selection = pixels_copy_selection(image, &reach);
  }
  return selection;
}

GeglBuffer *flow_copy_selection(ImageRef image, DrawableRef target) {
  const GeglRectangle layer = {0, 0, gimp_drawable_get_width(target), gimp_drawable_get_height(target)};
  GeglRectangle canvas = layer;
  GeglBuffer *part, *all;

  gimp_drawable_get_offsets(target, &canvas.x, &canvas.y);
  part = pixels_copy_selection(image, &canvas);
  if (!part)
    return NULL;
  all = gegl_buffer_new(&layer, gegl_buffer_get_format(part));
  gegl_buffer_copy(part, &canvas, GEGL_ABYSS_NONE, all, &layer);
  g_object_unref(part);
  return all;
}

/* What edit_notes will say of the selection. */
gchar **flow_notes(GeglBuffer *pixels, GeglBuffer *selection, const stylemap_placement *placement) {
  const EditRequest request = {.target = {.buffer = pixels, .placement = placement}, .mask.selection = selection};
  EditResult made = {0};

  made.placement = *placement;
  made.mask.cut = mask_reaches_over(&request.mask, placement, gegl_buffer_get_width(pixels), gegl_buffer_get_height(pixels));
  return edit_notes(&request, &made);
}

static void request_picture(const FlowPlace *place, EditPicture *picture) {
  picture->placement = &place->at;
  picture->find = place->find;
  picture->points = place->points;
}

void flow_request(EditRequest *request, EditReference *references, const Procedure *procedure, const FlowOptions *options,
                  const FlowPlaces *places) {
  GArray *all = references_read(options, NULL);

  *request = (EditRequest){.kind = procedure->kind, .references = references, .n_references = places->n_references};
  request->edit = (stylemap_edit){STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W, 1.0}; /* W: the paper's interpolation */
  request_picture(&places->target, &request->target);
  for (gint i = 0; i < places->n_references; i++) {
    const FlowPlace *place = &places->references[i];

    references[i] = (EditReference){.as_placed = place->as_placed, .dx = place->dx, .dy = place->dy};
    references[i].alpha = all && references_nth(all, i)->region == REGION_ALPHA;
    references[i].region = all ? MAX((gint)references_nth(all, i)->region - REGION_OF_MODEL + 1, 0) : 0;
    request_picture(place, &references[i].picture);
  }
  g_clear_pointer(&all, g_array_unref);
  if (procedure->kind == EDIT_TRANSPLANT) {
    request->method = options->method;
    request->edit = options->edit;
    stylemap_heal_defaults(&request->heal);
    request->heal.start = options->match_colours ? STYLEMAP_START_CLONE : options->collage;
    request->heal.rounds = options->rounds;
    request->heal.detail = options->detail / 100;
    request->mask.feather = options->feather;
    request->extend = options->extend;
  }
  if (procedures_takes(procedure, ARGUMENT_RECONSTRUCT_DETAIL))
    request->heal.detail = options->reconstruct_detail / 100;
  if (procedures_takes(procedure, ARGUMENT_FRAMES_DETAIL))
    request->heal.detail = options->frames_detail / 100;
  if (procedure->kind == EDIT_ADJUST) {
    request->directions = options->directions;
    request->heal.detail = options->detail / 100;
    request->mask.feather = options->feather;
  }
  if (procedure->kind == EDIT_MIX) {
    request->mask.feather = options->feather;
    read_levels(options, &request->levels, NULL);
  }
  if (procedure->returns == RETURNS_LAYERS) {
    request->frames = options->frames;
    request->from = options->strength_from;
    request->easing = options->easing;
  } else if (options->refine && !heals(procedure, options)) {
    request->refine = options->refine_steps;
    request->edit.space = STYLEMAP_SPACE_W_PLUS;
  }
}

void flow_fill_request(EditRequest *request, EditReference *references, const Procedure *procedure, ImageRef image,
                       DrawableRef target, const FlowOptions *options, const FlowPlaces *places) {
  const stylemap_placement *seen = places->target.find ? NULL : &places->target.at;
  GArray *all = references_read(options, NULL);

  flow_request(request, references, procedure, options, places);
  request->target.buffer = flow_copy_target(target, seen);
  for (gint i = 0; i < request->n_references; i++) {
    const FlowPlace *place = &places->references[i];
    const Reference *reference = references_nth(all, i);
    gboolean anywhere = place->find || (places->target.find && place->as_placed);

    references[i].picture.buffer = reference->layer == NO_ITEM ? flow_copy_visible(image, anywhere ? NULL : &place->at)
                                                               : flow_copy_reference(reference->layer, anywhere ? NULL : &place->at);
  }
  g_clear_pointer(&all, g_array_unref);
  if (options->remembered) {
    request->mask.selection = options->selection ? g_object_ref(options->selection) : NULL;
    return;
  }
  gimp_drawable_get_offsets(target, &request->mask.x, &request->mask.y);
  request->mask.selection = copy_selection(image, target, seen, request->mask.feather);
}

void flow_clear_request(EditRequest *request, EditReference *references) {
  g_clear_object(&request->target.buffer);
  for (gint i = 0; i < request->n_references; i++)
    g_clear_object(&references[i].picture.buffer);
  g_clear_object(&request->mask.selection);
}

/* ------------------------------------------------------------------------------- paste -> new layer */

static gchar *layer_name(const Procedure *procedure, const FlowOptions *options, const EditResult *made, gint n,
                         gboolean copy) {
  const stylemap_refine_report *refined = made->refined;

  if (procedure->returns == RETURNS_LAYERS)
    return film_name(options, n, copy);
  if (made->n_refined == 1)
    return g_strdup_printf(_("%s (refined: MSE %.6f → %.6f)"), _(procedure->title), refined[0].before,
                           refined[0].after);
  if (made->n_refined > 1)
    return g_strdup_printf(_("%s (refined: MSE %.6f → %.6f, reference %.6f → %.6f)"), _(procedure->title),
                           refined[0].before, refined[0].after, refined[1].before, refined[1].after);
  return g_strdup(_(procedure->title));
}

gboolean flow_still_there(ImageRef image, DrawableRef target, gint width, gint height, GError **error) {
  const gchar *lost = NULL;

  if (!gimp_image_is_valid(image))
    lost = _("The image was closed while StyleMap worked on it.");
  else if (!gimp_item_is_valid(AS_ITEM(target)) || gimp_item_get_image(AS_ITEM(target)) != image ||
           gimp_image_get_item_position(image, AS_ITEM(target)) < 0)
    lost = _("The target layer was deleted while StyleMap worked on it. Nothing was changed.");
  else if (gimp_image_get_base_type(image) == GIMP_INDEXED)
    lost = _("The image was made indexed while StyleMap worked on it. Nothing was changed.");
  else if (gimp_drawable_get_width(target) != width || gimp_drawable_get_height(target) != height)
    lost = _("The target layer changed its size while StyleMap worked on it. Nothing was changed.");
  if (lost)
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, lost);
  return lost == NULL;
}

static gint n_new_layers(const Procedure *procedure, const FlowOptions *options, const EditResult *made) {
  return procedure->returns == RETURNS_LAYERS ? film_count(options, made->n_layers) : made->n_layers;
}

/* On FALSE none of them is left. */
static gboolean make_layers(const Procedure *procedure, const FlowOptions *options, const ResultPlan *plan,
                            const EditRequest *request, const EditResult *made, LayerRef *layers) {
  gint count = n_new_layers(procedure, options, made);

  for (gint i = 0; i < count; i++) {
    gchar *name = layer_name(procedure, options, made, i, plan->why_copy != NULL);
    gint drawn = count > made->n_layers ? film_frame(options, i, made->n_layers) : i;

    layers[i] = result_new(plan, name, made->layers[drawn], made->mask.weights);
    g_free(name);
    if (layers[i] == NO_ITEM) {
      while (i-- > 0)
        gimp_item_delete(AS_ITEM(layers[i]));
      return FALSE;
    }
    if (procedure->returns == RETURNS_LAYER)
      recipe_write(layers[i], procedure, options, plan, request, made);
    gimp_progress_update(EDIT_SHARE + (1 - EDIT_SHARE) * (i + 1) / count);
  }
  return TRUE;
}

static gchar **notes_on(const EditRequest *request, const EditResult *made, gchar *note) {
  GStrvBuilder *builder = g_strv_builder_new();
  gchar **notes = edit_notes(request, made);

  g_strv_builder_addv(builder, (const gchar **)notes);
  g_strfreev(notes);
  if (note)
    g_strv_builder_add(builder, note);
  g_free(note);
  notes = g_strv_builder_end(builder);
  g_strv_builder_unref(builder);
  return notes;
}

static void fill_result(const EditRequest *request, const EditResult *made, gchar *note, FlowResult *result) {
  result->notes = notes_on(request, made, note);
  result->findings = edit_findings(made);
  result->whole = made->mask.whole;
  result->width = made->mask.bounds.width;
  result->height = made->mask.bounds.height;
  result->n_refined = MIN(made->n_refined, (gint)G_N_ELEMENTS(result->refined));
  for (gint i = 0; i < result->n_refined; i++)
    result->refined[i] = made->refined[i];
}

static gboolean add_film(ImageRef image, DrawableRef target, const FlowOptions *options, const EditRequest *request,
                         const EditResult *made, FlowResult *result, GError **error) {
  gchar *note = stage_note(image, target, options); /* of the image as it is before */

  result->layers = film_make(image, target, options, request, made, EDIT_SHARE, &result->film, error);
  if (!result->layers) {
    g_free(note);
    return FALSE;
  }
  result->n_layers = film_count(options, made->n_layers);
  fill_result(request, made, note, result);
  return TRUE;
}

static gboolean add_layers(const Procedure *procedure, ImageRef image, DrawableRef target, const FlowOptions *options,
                           const EditRequest *request, const EditResult *made, FlowResult *result, GError **error) {
  gint count = n_new_layers(procedure, options, made);
  LayerRef *layers;
  ResultPlan plan;
  ResultAside aside;
  GeglRectangle seen;
  gboolean ok;

  gimp_progress_set_text(_("Adding the result"));
  if (procedure->returns == RETURNS_LAYERS && options->into != INTO_PATCHES)
    return add_film(image, target, options, request, made, result, error);
  layers = g_new(LayerRef, count);
  gimp_image_undo_group_start(image);
  if (options->replaces != NO_ITEM)
    result_step_aside(&aside, image, options->replaces, AS_LAYER(target));
  seen = flow_square(target, &made->placement);
  result_plan(&plan, image, AS_LAYER(target), request->target.buffer, &seen, &made->mask.bounds, request->extend);
  ok = make_layers(procedure, options, &plan, request, made, layers);
  if (!ok)
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not make a new layer."));
  else if (!(ok = result_insert(&plan, layers, count)))
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not put the new layer above the target."));
  if (options->replaces != NO_ITEM)
    result_replace(&aside, ok ? layers[0] : NO_ITEM);
  if (ok)
    origin_write(image, options->engine, FALSE);
  gimp_image_undo_group_end(image);
  if (ok) {
    result->n_layers = count;
    result->layers = g_steal_pointer(&layers);
    fill_result(request, made, result_note(&plan), result);
  }
  g_free(layers);
  result_plan_clear(&plan);
  return ok;
}

gboolean flow_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options,
                  FlowResult *result, GError **error) {
  Progress progress;
  EditRequest request;
  EditReference references[OPTIONS_REFERENCES];
  EditResult made = {0};
  FlowPlaces places;
  gboolean ok;

  if (!flow_check(procedure, image, target, options, error) ||
      !flow_places(procedure, image, target, options, &places, error))
    return FALSE;

  progress_start(&progress, _(procedure->title), EDIT_SHARE);
  flow_fill_request(&request, references, procedure, image, target, options, &places);
  ok = edit_prepare(&request, &made, error) &&
       worker_edit(&options->engine, options->model, 0, &request, progress_show, &progress, &made, error) &&
       flow_still_there(image, target, gegl_buffer_get_width(request.target.buffer),
                        gegl_buffer_get_height(request.target.buffer), error) &&
       add_layers(procedure, image, target, options, &request, &made, result, error);
  edit_result_clear(&made);
  flow_clear_request(&request, references);
  gimp_progress_end();
  return ok;
}

void flow_result_clear(FlowResult *result) {
  g_clear_pointer(&result->layers, g_free);
  g_clear_pointer(&result->notes, g_strfreev);
  g_clear_pointer(&result->findings, g_strfreev);
  result->n_layers = 0;
}
