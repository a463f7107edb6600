/* SPDX-License-Identifier: GPL-3.0-or-later
 * Frames are copied one after another; what was drawn for each is kept, cut to where it shows, until all are drawn: then the
 * image changes. */
#include "gimp/frames.h"
#include "gimp/check.h"
#include "gimp/origin.h"
#include "gimp/pixels.h"
#include "gimp/progress.h"
#include "gimp/recipe.h"
#include "gimp/references.h"
#include "host/choose.h"
#include "host/find.h"
#include "host/sequence.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* Of the bar: until the squares are found, until they are followed, until it is decided, and until all is drawn. */
static const gdouble found_at = 0.2, followed_at = 0.3, decided_at = 0.4, drawn_at = 0.95;

typedef struct {
  LayerRef *layers; /* lowest first */
  gint count, base; /* base: the target */
} Stack;

typedef struct {
  const Procedure *procedure;
  ImageRef image;
  FlowOptions *options;
  Stack stack;
  EditRequest request; /* without a target's buffer */
  EditReference references[OPTIONS_REFERENCES];
  stylemap_placement placements[OPTIONS_REFERENCES]; /* of references, once that is decided */
  GeglBuffer *selection;                             /* in the target's pixels; NULL: all */
  gboolean told;                                     /* where the target's square lies */
  stylemap_placement *squares;
  EditResult *made; /* without layers where a frame stays as it is, */
  GError *why;      /* and why the last one does */
  gchar **notes;    /* edit_notes of the target's; g_strfreev */
  gint n_left;      /* so many */
  gint width, height; /* of every frame */
  Progress progress;
} Frames;

/* ---------------------------------------------------------------------------------------------- frames */

void frames_take_target(ImageRef image, DrawableRef *target, FlowOptions *options) {
  gint n_items, lowest = -1;
  ItemRef *items;

  if (!options->n_chosen && *target != NO_ITEM && gimp_item_is_valid(AS_ITEM(*target)) && gimp_item_is_group(AS_ITEM(*target))) {
    items = compat_children(image, AS_ITEM(*target), &n_items);
    options->chosen = g_new(LayerRef, n_items + 1);
    for (gint i = 0; i < n_items; i++)
      options->chosen[options->n_chosen++] = AS_LAYER(items[i]);
    g_free(items);
  }
  for (gint i = 0; i < options->n_chosen; i++) {
    gint position = gimp_image_get_item_position(image, AS_ITEM(options->chosen[i]));

    if (position > lowest)
      *target = AS_DRAWABLE(options->chosen[i]);
    lowest = MAX(lowest, position);
  }
}

static gboolean is_frame(ItemRef item, const FlowOptions *options, const GArray *references) {
  gboolean is = options->n_chosen == 0;

  for (gint i = 0; i < options->n_chosen; i++)
    is |= AS_ITEM(options->chosen[i]) == item;
  for (guint i = 0; i < references->len; i++)
    is &= references_nth(references, i)->layer == NO_ITEM || AS_ITEM(references_nth(references, i)->layer) != item;
  return is;
}

static void list_frames(ImageRef image, DrawableRef target, const FlowOptions *options, const GArray *references, Stack *stack) {
  gint n_items;
  ItemRef *items = compat_children(image, gimp_item_get_parent(AS_ITEM(target)), &n_items);

  *stack = (Stack){.layers = g_new(LayerRef, n_items + 1), .base = -1};
  for (gint i = n_items - 1; i >= 0; i--) {
    if (!is_frame(items[i], options, references))
      continue;
    if (items[i] == AS_ITEM(target))
      stack->base = stack->count;
    stack->layers[stack->count++] = AS_LAYER(items[i]);
  }
  g_free(items);
}

/* Whether it is drawn over the frame before, and does not hide all of that. */
static gboolean is_part(LayerRef layer) {
  gchar *name = gimp_item_get_name(AS_ITEM(layer));
  gboolean part = strstr(name, "(combine)") && gimp_drawable_has_alpha(AS_DRAWABLE(layer));
  const GeglRectangle all = {0, 0, gimp_drawable_get_width(AS_DRAWABLE(layer)), gimp_drawable_get_height(AS_DRAWABLE(layer))};
  GeglBuffer *pixels = part ? flow_copy_target(AS_DRAWABLE(layer), NULL) : NULL;

  part = part && pixels_alpha(pixels, &all) != PIXELS_OPAQUE;
  g_clear_object(&pixels);
  g_free(name);
  return part;
}

static gboolean check_frame(ImageRef image, LayerRef layer, gboolean first, const GeglRectangle *base, GError **error) {
  GeglRectangle own;
  gchar *name;

  if (!check_target(image, AS_DRAWABLE(layer), error))
    return FALSE;
  own = *GEGL_RECTANGLE(0, 0, gimp_drawable_get_width(AS_DRAWABLE(layer)), gimp_drawable_get_height(AS_DRAWABLE(layer)));
  gimp_drawable_get_offsets(AS_DRAWABLE(layer), &own.x, &own.y);
  if (gegl_rectangle_equal(&own, base) && (first || !is_part(layer)))
    return TRUE;
  name = gimp_item_get_name(AS_ITEM(layer));
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
              _("The frame '%s' does not hold its whole picture: it lies elsewhere or has another size than the target, or is drawn "
                "over the frame before. Choose Filters > Animation > Unoptimize first, or move layers that are no frames into a group."),
              name);
  g_free(name);
  return FALSE;
}

static gboolean check_stack(ImageRef image, DrawableRef target, const FlowOptions *options, const Stack *stack, GError **error) {
  GeglRectangle base = {0, 0, gimp_drawable_get_width(target), gimp_drawable_get_height(target)};
  gboolean together = stack->base >= 0;

  for (gint i = 0; i < options->n_chosen; i++)
    together &= gimp_item_get_parent(AS_ITEM(options->chosen[i])) == gimp_item_get_parent(AS_ITEM(target));
  if (!together) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("The frames must all lie in one layer group, or in none."));
    return FALSE;
  }
  if (stack->count < 2) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                        _("There is one frame alone: frames are the layers of the image, or of a layer group, beside the reference. To edit "
                          "one layer choose StyleMap Transplant."));
    return FALSE;
  }
  gimp_drawable_get_offsets(target, &base.x, &base.y);
  for (gint n = 0; n < stack->count; n++)
    if (!check_frame(image, stack->layers[n], n == 0, &base, error))
      return FALSE;
  return TRUE;
}

static gboolean take_stack(ImageRef image, DrawableRef target, const FlowOptions *options, Stack *stack, GError **error) {
  GArray *references = check_target(image, target, error) ? references_read(options, error) : NULL;

  if (!references)
    return FALSE;
  list_frames(image, target, options, references, stack);
  g_array_unref(references);
  if (check_stack(image, target, options, stack, error))
    return TRUE;
  g_clear_pointer(&stack->layers, g_free);
  return FALSE;
}

gint frames_check(ImageRef image, DrawableRef target, const FlowOptions *options, GError **error) {
  Stack stack;

  if (!take_stack(image, target, options, &stack, error))
    return 0;
  g_free(stack.layers);
  return stack.count;
}

/* ---------------------------------------------------------------------------------------------- squares */

/* What a worker does with one frame. */
typedef struct {
  Frames *frames;
  const EditPicture *picture;
  GeglBuffer *before; /* the frame before */
  stylemap_placement square;
  SequencePlace *place;
  const EditRequest *request;
  EditResult *made;
} Work;

static gboolean on_worker(Frames *self, gint n, gdouble from, gdouble to, WorkerFunction function, Work *work, GError **error) {
  work->frames = self;
  progress_part(&self->progress, n, self->stack.count, from, to);
  return worker_run(function, work, progress_show, &self->progress, error);
}

static gboolean open_model(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;
  FlowOptions *options = work->frames->options;
  gboolean done = choose_model(&options->engine, options->model, &(EditRequest){.target = *work->picture}, 0, tell, tell_data, error);

  if (options->engine)
    engine_watch(options->engine, NULL, NULL); /* the worker ends */
  return done;
}

static gboolean look(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;
  Engine *engine = work->frames->options->engine;
  const MaskSource under = {.selection = work->frames->selection};
  stylemap_placement at = edit_placement(work->picture);
  gboolean done = TRUE;
  Find by;

  engine_watch(engine, tell, tell_data);
  if (!work->frames->told)
    sequence_find(engine, work->picture, &under, work->place);
  else if (!work->picture->find || (done = find_subject(engine, work->picture, NULL, TRUE, &by, &at, error)))
    *work->place = (SequencePlace){TRUE, {at.x, at.y, log(at.side), at.angle}};
  engine_watch(engine, NULL, NULL);
  return done;
}

static gboolean follow(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;

  sequence_track(work->before, work->picture->buffer, &work->square, work->place);
  return TRUE;
}

static gdouble between(gdouble from, gdouble to, gint n, gint count) { return from + (to - from) * n / count; }

/* SequencePasses' two. A square that is told is the target's. */
static gboolean find_all(gpointer data, SequencePlace *found, GError **error) {
  Frames *self = data;
  gint count = self->stack.count;
  gboolean ok = TRUE;

  for (gint n = 0; n < count && ok; n++) {
    EditPicture picture = self->request.target;
    Work work = {.picture = &picture, .place = &found[n]};

    if (self->told && n != self->stack.base)
      continue;
    picture.buffer = flow_copy_target(AS_DRAWABLE(self->stack.layers[n]), NULL);
    ok = on_worker(self, n, between(0, found_at, n, count), between(0, found_at, n + 1, count), look, &work, error);
    g_object_unref(picture.buffer);
  }
  return ok;
}

static gboolean follow_all(gpointer data, const SequencePlace *squares, SequencePlace *ways, GError **error) {
  Frames *self = data;
  gint count = self->stack.count;
  GeglBuffer *before = flow_copy_target(AS_DRAWABLE(self->stack.layers[0]), NULL);
  gboolean ok = TRUE;

  for (gint n = 1; n < count && ok; n++) {
    EditPicture picture = {.buffer = flow_copy_target(AS_DRAWABLE(self->stack.layers[n]), NULL)};
    Work work = {.picture = &picture, .before = before, .square = sequence_square(&squares[n - 1], FALSE), .place = &ways[n]};

    ok = on_worker(self, n, between(found_at, followed_at, n, count), between(found_at, followed_at, n + 1, count), follow, &work, error);
    g_object_unref(before);
    before = picture.buffer;
  }
  g_object_unref(before);
  return ok;
}

static gboolean place_all(Frames *self, const FlowPlaces *places, SequenceHow *how, GError **error) {
  const SequencePasses passes = {find_all, follow_all, self};
  SequencePlace *all = g_new0(SequencePlace, self->stack.count);
  gboolean ok = sequence_places(&passes, (guint)self->stack.count, all, how, error);

  for (gint n = 0; n < self->stack.count; n++)
    self->squares[n] = *how == SEQUENCE_NOWHERE ? places->target.at : sequence_square(&all[n], places->target.at.mirror);
  g_free(all);
  return ok;
}

/* ---------------------------------------------------------------------------------------------- drawing */

static gboolean draw(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;
  Engine *engine = work->frames->options->engine;
  gboolean done;

  engine_watch(engine, tell, tell_data);
  done = edit_run(engine, work->request, work->made, error);
  engine_watch(engine, NULL, NULL);
  return done;
}

static gboolean draw_frame(Frames *self, gint n, gdouble from, gdouble to, EditResult *made, GError **error) {
  EditRequest request = self->request;
  Work work = {.request = &request, .made = made};
  gboolean ok;

  request.target.buffer = flow_copy_target(AS_DRAWABLE(self->stack.layers[n]), &self->squares[n]);
  request.target.placement = &self->squares[n];
  request.target.find = FIND_NOTHING;
  if (self->selection)
    request.mask.selection = sequence_move_mask(self->selection, &self->squares[self->stack.base], &self->squares[n]);
  ok = edit_prepare(&request, made, error) && on_worker(self, n, from, to, draw, &work, error);
  if (!ok)
    edit_result_clear(made);
  g_clear_object(&request.mask.selection);
  g_object_unref(request.target.buffer);
  return ok;
}

/* What the target's edit decides, and where references lie, is so for all frames. */
static gboolean decide(Frames *self, EditResult *made, GError **error) {
  EditRequest at_base;
  GeglBuffer *size = gegl_buffer_new(GEGL_RECTANGLE(0, 0, self->width, self->height), babl_format("Y float")); /* no more of it */
  gboolean ok;

  self->request.heal.film = TRUE;
  at_base = self->request;
  at_base.target.placement = &self->squares[self->stack.base];
  find_followers(&at_base, self->references, self->placements);
  for (gint i = 0; i < self->request.n_references; i++)
    self->references[i].as_placed = FALSE;
  ok = draw_frame(self, self->stack.base, followed_at, decided_at, made, error);
  if (ok) {
    at_base.target.buffer = size;
    self->notes = edit_notes(&at_base, made);
  }
  g_object_unref(size);
  if (!ok)
    return FALSE;
  if (self->request.method == EDIT_HEAL && made->healed.misfit >= 0)
    stylemap_heal_as_reported(&self->request.heal, &made->healed);
  for (gint i = 0; i < self->request.n_references; i++)
    self->references[i].picture.find = FIND_NOTHING;
  for (gint i = 0; i < made->n_found; i++) {
    stylemap_placement *at = &self->placements[made->found_of[i]];

    *at = made->found[i];
    sequence_round(at);
    self->references[made->found_of[i]].picture.placement = at;
  }
  return TRUE;
}

/* A frame that shows nothing of the edit, because its subject has left the picture, stays as it is. */
static gboolean draw_all(Frames *self, GError **error) {
  gint count = self->stack.count;

  for (gint n = 0; n < count; n++) {
    GError *fault = NULL;

    if (draw_frame(self, n, between(decided_at, drawn_at, n, count), between(decided_at, drawn_at, n + 1, count), &self->made[n], &fault))
      continue;
    if (n == self->stack.base || g_error_matches(fault, HOST_ERROR, HOST_ERROR_CANCELLED)) {
      g_propagate_error(error, fault);
      return FALSE;
    }
    g_clear_error(&self->why);
    self->why = fault;
    self->n_left++;
  }
  return TRUE;
}

/* ---------------------------------------------------------------------------------------------- the image */

/* What takes a frame's place; NO_ITEM where GIMP cannot make it. */
static LayerRef make_layer(Frames *self, gint n) {
  LayerRef frame = self->stack.layers[n], layer = compat_copy_layer(frame);
  const EditResult *made = &self->made[n];

  if (layer == NO_ITEM)
    return NO_ITEM;
  recipe_forget(layer);
  compat_set_visible(AS_ITEM(layer), gimp_item_get_visible(AS_ITEM(frame)));
  pixels_composite(AS_DRAWABLE(layer), made->layers[0], made->mask.weights,
                   self->request.extend && gimp_drawable_has_alpha(AS_DRAWABLE(layer)));
  if (gimp_item_get_lock_content(AS_ITEM(frame)))
    gimp_item_set_lock_content(AS_ITEM(layer), TRUE);
  return layer;
}

static gboolean insert_above(ImageRef image, LayerRef layer, LayerRef frame) {
  return gimp_image_insert_layer(image, layer, AS_LAYER(gimp_item_get_parent(AS_ITEM(frame))),
                                 gimp_image_get_item_position(image, AS_ITEM(frame)));
}

/* All of them, or none. `layers` become what is in the frames' places. */
static gboolean exchange(Frames *self, LayerRef *layers) {
  gboolean ok = TRUE;
  gint n_inserted = 0;

  gimp_image_undo_group_start(self->image);
  for (gint n = 0; n < self->stack.count && ok; n++, n_inserted++)
    ok = layers[n] == NO_ITEM || insert_above(self->image, layers[n], self->stack.layers[n]);
  for (gint n = 0; n < self->stack.count; n++) {
    LayerRef frame = self->stack.layers[n];
    gchar *name;

    if (layers[n] == NO_ITEM) {
      layers[n] = frame;
    } else if (ok) {
      name = gimp_item_get_name(AS_ITEM(frame));
      gimp_image_remove_layer(self->image, frame);
      gimp_item_set_name(AS_ITEM(layers[n]), name); /* which is free now: GIMP's animation tools read it */
      g_free(name);
    } else if (n < n_inserted - 1) {
      gimp_image_remove_layer(self->image, layers[n]);
    } else {
      gimp_item_delete(AS_ITEM(layers[n]));
    }
  }
  if (ok)
    origin_write(self->image, self->options->engine, FALSE);
  if (ok)
    compat_set_active_layer(self->image, layers[self->stack.base]);
  gimp_image_undo_group_end(self->image);
  return ok;
}

static gboolean change_image(Frames *self, FlowResult *result, GError **error) {
  gint count = self->stack.count;
  LayerRef *layers = g_new(LayerRef, (gsize)MAX(count, 1));
  gboolean ok = TRUE;

  gimp_progress_set_text(_("Adding the result"));
  for (gint n = 0; n < count && ok; n++)
    ok = flow_still_there(self->image, AS_DRAWABLE(self->stack.layers[n]), self->width, self->height, error);
  for (gint n = 0; n < count; n++)
    layers[n] = NO_ITEM;
  for (gint n = 0; n < count && ok; n++) {
    if (!self->made[n].n_layers)
      continue;
    ok = (layers[n] = make_layer(self, n)) != NO_ITEM;
    edit_result_clear(&self->made[n]);
    if (!ok)
      g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not make a new layer."));
  }
  if (!ok) {
    for (gint n = 0; n < count; n++)
      if (layers[n] != NO_ITEM)
        gimp_item_delete(AS_ITEM(layers[n]));
  } else if (!(ok = exchange(self, layers))) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not put the new layer above the target."));
  }
  if (ok) {
    result->n_layers = count;
    result->layers = g_steal_pointer(&layers);
  }
  g_free(layers);
  return ok;
}

/* ---------------------------------------------------------------------------------------------- all of it */

static void tell(const Frames *self, const EditResult *decided, SequenceHow how, FlowResult *result) {
  GStrvBuilder *builder = g_strv_builder_new();

  g_strv_builder_addv(builder, (const gchar **)self->notes);
  if (sequence_note(how))
    g_strv_builder_add(builder, sequence_note(how));
  if (self->n_left) {
    gchar *note = g_strdup_printf(_("%d of %d frames stay as they are. The last of them: %s"), self->n_left, self->stack.count,
                                  self->why->message);

    g_strv_builder_add(builder, note);
    g_free(note);
  }
  result->notes = g_strv_builder_end(builder);
  g_strv_builder_unref(builder);
  result->findings = edit_findings(decided);
  result->whole = decided->mask.whole;
  result->width = decided->mask.bounds.width;
  result->height = decided->mask.bounds.height;
}

static gboolean run(Frames *self, DrawableRef target, FlowPlaces *places, FlowResult *result, GError **error) {
  EditResult decided = {0};
  EditPicture picture;
  Work work = {.picture = &picture};
  SequenceHow how;
  gboolean ok;

  self->told = !sequence_is_found(self->options->placement, places->target.find);
  if (!self->told && !places->target.find)
    places->target.find = FIND_AUTO;
  flow_fill_request(&self->request, self->references, self->procedure, self->image, target, self->options, places);
  g_clear_object(&self->request.mask.selection);
  self->request.mask.x = self->request.mask.y = 0;
  self->selection = flow_copy_selection(self->image, target);
  self->width = gimp_drawable_get_width(target);
  self->height = gimp_drawable_get_height(target);
  picture = self->request.target;
  self->request.target.buffer = NULL;
  ok = on_worker(self, self->stack.base, 0, 0, open_model, &work, error);
  g_object_unref(picture.buffer);
  ok = ok && place_all(self, places, &how, error) && decide(self, &decided, error) && draw_all(self, error) &&
       change_image(self, result, error);
  if (ok)
    tell(self, &decided, how, result);
  edit_result_clear(&decided);
  flow_clear_request(&self->request, self->references);
  g_clear_object(&self->selection);
  return ok;
}

gboolean frames_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options, FlowResult *result,
                    GError **error) {
  Frames self = {.procedure = procedure, .image = image, .options = options};
  FlowPlaces places;
  gboolean ok;

  if (!flow_check(procedure, image, target, options, error) || !flow_places(procedure, image, target, options, &places, error) ||
      !take_stack(image, target, options, &self.stack, error))
    return FALSE;
  self.squares = g_new0(stylemap_placement, self.stack.count);
  self.made = g_new0(EditResult, self.stack.count);
  progress_start(&self.progress, _(procedure->title), 1);
  ok = run(&self, target, &places, result, error);
  gimp_progress_end();
  for (gint n = 0; n < self.stack.count; n++)
    edit_result_clear(&self.made[n]);
  g_clear_error(&self.why);
  g_strfreev(self.notes);
  g_free(self.made);
  g_free(self.squares);
  g_free(self.stack.layers);
  return ok;
}
