/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/find.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "host/edit-mask.h"
#include "host/layer.h"
#include "host/models.h"
#include "host/place.h"
#include "host/region.h"
#include "host/say.h"

enum { MOST_FACES = 100 };
static const gdouble sure_face = 0.65; /* of the detector's score; four in a hundred faces have less, and all of seven in landscapes: core/README.md */
static const gdouble own_error = 5.0 / 128; /* of the side; nine of ten finds are better: core/README.md, "Placing" */

/* ------------------------------------------------------------------------------------------- faces */

/* The networks that find faces, opened once; NULL, with an error, where they are not there. */
static const stylemap_faces *faces_of(Engine *engine, GError **error) {
  stylemap_error core;
  if (engine->faces) return engine->faces;
  g_autofree gchar *path = models_faces(error);
  return path && say_status(stylemap_faces_open(path, &engine->faces, &core), &core, error) ? engine->faces : NULL;
}

/* The middle of what is selected, in layer pixels; FALSE where nothing is. */
static gboolean middle_of(const MaskSource *under, gdouble *x, gdouble *y) {
  gdouble sum = 0, sum_x = 0, sum_y = 0;
  if (!under || !under->selection) return FALSE;
  GeglBufferIterator *i =
    gegl_buffer_iterator_new(under->selection, NULL, 0, babl_format("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next(i)) {
    const GeglRectangle *roi = &i->items[0].roi;
    const gfloat *value = i->items[0].data;
    for (gint n = 0; n < i->length; n++, value++) {
      if (!(*value > 0)) continue;
      sum += *value;
      sum_x += *value * (roi->x + n % roi->width + 0.5);
      sum_y += *value * (roi->y + n / roi->width + 0.5);
    }
  }
  if (!(sum > 0)) return FALSE;
  *x = sum_x / sum - under->x;
  *y = sum_y / sum - under->y;
  return TRUE;
}

/* Whether the detector is sure of the face or, where it has learnt to find its subject, the model knows it. */
static gboolean is_face(Engine *engine, const stylemap_layer *layer, const stylemap_face *face, gboolean *is, GError **error) {
  stylemap_placement there;
  stylemap_error core;
  int known = !engine->info->places || face->score >= sure_face;
  if (!known && stylemap_face_place(engine->model, face, &there, &core) == STYLEMAP_OK &&
      (!engine_part(engine, STYLEMAP_PHASE_SAMPLE, 0, 0, error) ||
       !say_status(stylemap_place_is_known(engine->session, layer, &there, &known, &core), &core, error)))
    return FALSE;
  *is = known != 0;
  return TRUE;
}

/* The one of several that is nearest to what is selected; -1, where nothing is. */
static gint nearest_face(const stylemap_face *faces, gint count, const MaskSource *under) {
  gint best = -1;
  gdouble x, y, least = G_MAXDOUBLE;
  if (count < 2 || !middle_of(under, &x, &y)) return -1;
  for (gint i = 0; i < count; i++) {
    const gdouble distance = hypot(x - faces[i].x, y - faces[i].y) / faces[i].width;
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return best;
}

gboolean find_by_faces(Engine *engine, GeglBuffer *picture, const MaskSource *under, gboolean any, gint *count, gboolean *sure,
                       stylemap_placement *placement, GError **error) {
  const gboolean placed = stylemap_face_is_placed(engine->model);
  const stylemap_faces *network = placed ? faces_of(engine, error) : NULL;
  const stylemap_layer layer = layer_of_colours(picture);
  g_autofree stylemap_face *faces = g_new0(stylemap_face, MOST_FACES);
  stylemap_error core;
  gboolean is = FALSE;
  *sure = FALSE;
  if (!placed) return say_status(stylemap_face_place(engine->model, faces, placement, &core), &core, error);
  if (!network || !say_status(stylemap_faces_find(network, &layer, MOST_FACES, faces, count, &core), &core, error))
    return FALSE;
  /* the largest are first; whom somebody selected is no other */
  const gint nearest = nearest_face(faces, *count, under), first = MAX(nearest, 0), end = nearest < 0 ? *count : nearest + 1;
  gint taken = first;
  for (; taken < end && !is; taken += !is)
    if (!is_face(engine, &layer, &faces[taken], &is, error)) return FALSE;
  *sure = is;
  if (!is && !any) *count = 0;
  return *count == 0 || say_status(stylemap_face_place(engine->model, &faces[is ? taken : first], placement, &core), &core, error);
}

gboolean find_has_faces(const Engine *engine) {
  g_autofree gchar *path = stylemap_face_is_placed(engine->model) ? models_faces(NULL) : NULL;
  return path != NULL;
}

/* ------------------------------------------------------------------------------------------- both */

/* Whether the model knows what is in the picture's square. */
static gboolean look(Engine *engine, const EditPicture *picture, EditProbe *probe, GError **error) {
  *probe = (EditProbe){ .known = TRUE, .akin = TRUE };
  return !(engine->usual > 0) || edit_probe(engine, picture, probe, error);
}

/* What is selected of a picture, in its pixels; FALSE where nothing is. */
static gboolean selected_part(const EditPicture *picture, const MaskSource *under, GeglRectangle *part) {
  if (!under || !under->selection || !mask_bounds(under->selection, part)) return FALSE;
  part->x -= under->x;
  part->y -= under->y;
  return gegl_rectangle_intersect(part, part, gegl_buffer_get_extent(picture->buffer));
}

static gboolean is_inside(const stylemap_placement *square, gdouble x, gdouble y) {
  const gdouble dx = x - square->x, dy = y - square->y, cosine = cos(square->angle), sine = sin(square->angle);
  return MAX(ABS(cosine * dx + sine * dy), ABS(cosine * dy - sine * dx)) < square->side / 2;
}

/* By the model, around each of `near` first. */
static gboolean search(Engine *engine, const stylemap_layer *layer, const stylemap_placement *near, gint n_near, gboolean *sure,
                       stylemap_placement *placement, GError **error) {
  stylemap_place_report report;
  stylemap_error core;
  *sure = FALSE;
  for (gint i = 0; i < n_near && !*sure; i++) {
    if (!say_status(stylemap_place(engine->session, layer, &near[i], FALSE, placement, &report, &core), &core, error))
      return FALSE;
    *sure = report.sure && is_inside(placement, near[i].x, near[i].y);
  }
  if (*sure) return TRUE;
  if (!say_status(stylemap_place(engine->session, layer, NULL, FALSE, placement, &report, &core), &core, error)) return FALSE;
  *sure = report.sure != 0;
  return TRUE;
}

gboolean find_anywhere(Engine *engine, GeglBuffer *picture, Find how, const MaskSource *under, const stylemap_placement *near, gint n_near,
                       Find *by, stylemap_placement *placement, GError **error) {
  gboolean sure;
  *by = FIND_NOTHING;
  if (how == FIND_FACES || (how == FIND_AUTO && find_has_faces(engine))) {
    gint count;
    if (!find_by_faces(engine, picture, under, how == FIND_FACES, &count, &sure, placement, error)) return FALSE;
    if (count) *by = FIND_FACES;
  }
  if (*by == FIND_NOTHING && (how == FIND_MODEL || (how == FIND_AUTO && engine->info->places))) {
    const stylemap_layer layer = layer_of_colours(picture);
    if (!engine_part(engine, STYLEMAP_PHASE_SAMPLE, 0, 0, error) || !search(engine, &layer, near, n_near, &sure, placement, error))
      return FALSE;
    if (sure) *by = FIND_MODEL;
  }
  return TRUE;
}

enum { NEAR = 2 };

/* Squares around what is selected, if it is not empty: hair is as wide as a head, eyes are half of it. How many there are. */
static gint around(const GeglRectangle *part, const GeglRectangle *picture, stylemap_placement near[NEAR]) {
  static const gdouble sides[NEAR] = { 1.2, 2.4 };
  gint count = 0;
  for (gint i = 0; i < NEAR && part->width; i++) {
    const gdouble side = sides[i] * MAX(part->width, part->height);
    if (side >= MIN(picture->width, picture->height)) break;
    near[count++] = (stylemap_placement){ .x = part->x + part->width / 2.0, .y = part->y + part->height / 2.0, .side = side };
  }
  return count;
}

/* As picture->find says, wherever it is taken to be; of several subjects the one of which something is selected. Or what it came to
 * where that was looked for a moment ago. */
static gboolean look_once(Engine *engine, const EditPicture *picture, const MaskSource *under, Find *by, stylemap_placement *placement,
                          GError **error) {
  GeglRectangle part;
  EngineFound *found = NULL;
  if (!selected_part(picture, under, &part)) part = (GeglRectangle){ 0 };
  const gint asked[] = { part.x, part.y, part.width, part.height };
  for (gint i = 0; i < ENGINE_FOUND && !found; i++) {
    EngineFound *before = &engine->found[i];
    g_autoptr(GObject) in = g_weak_ref_get(&before->in);
    if (in == G_OBJECT(picture->buffer) && before->how == picture->find && !memcmp(before->part, asked, sizeof asked)) found = before;
  }
  if (!found) {
    found = &engine->found[engine->next_found];
    g_weak_ref_set(&found->in, NULL);
    stylemap_placement near[NEAR];
    const gint n_near = around(&part, gegl_buffer_get_extent(picture->buffer), near);
    if (!find_anywhere(engine, picture->buffer, (Find)picture->find, under, near, n_near, by, &found->place, error)) return FALSE;
    engine->next_found = (engine->next_found + 1) % ENGINE_FOUND;
    found->how = picture->find;
    found->by = *by;
    memcpy(found->part, asked, sizeof asked);
    g_weak_ref_set(&found->in, picture->buffer);
  }
  *by = (Find)found->by;
  if (*by != FIND_NOTHING) *placement = found->place;
  return TRUE;
}

gboolean find_subject(Engine *engine, const EditPicture *picture, const MaskSource *under, gboolean target, Find *by,
                    stylemap_placement *placement, GError **error) {
  const stylemap_placement start = edit_placement(picture);
  const Find find = (Find)picture->find;
  *by = FIND_NOTHING;
  *placement = start;
  if (find == FIND_POINTS) {
    stylemap_error core;
    const gdouble(*points)[2] = (const gdouble(*)[2])picture->points.at;
    if (!say_status(stylemap_points_place(engine->model, points, picture->points.count, placement, &core), &core, error))
      return FALSE;
    placement->mirror = start.mirror;
    *by = FIND_POINTS;
    return TRUE;
  }
  if (target && find == FIND_AUTO) {
    EditProbe there;
    if (!look(engine, picture, &there, error)) return FALSE;
    if (there.known && engine->usual > 0) return TRUE;
  }
  if (!look_once(engine, picture, under, by, placement, error)) return FALSE;
  if (*by == FIND_NOTHING && find == FIND_FACES) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                        target ? _("No face was found in the target.") : _("No face was found in the reference."));
    return FALSE;
  }
  placement->mirror = start.mirror;
  if (*by == FIND_NOTHING || stylemap_placement_distance(placement, &start) < own_error) *placement = start;
  return TRUE;
}

/* find_subject of a reference, wherever it is taken to be. */
static gboolean find_reference(Engine *engine, const EditPicture *picture, Find *by, stylemap_placement *placement,
                               GError **error) {
  const stylemap_placement start = edit_placement(picture);
  if (picture->find == FIND_POINTS) return find_subject(engine, picture, NULL, FALSE, by, placement, error);
  EditPicture centred = *picture;
  centred.placement = NULL;
  if (!find_subject(engine, &centred, NULL, FALSE, by, placement, error)) return FALSE;
  if (*by == FIND_NOTHING) *placement = start;
  placement->mirror = start.mirror;
  return TRUE;
}

/* A drawing that has the target's outlines lies where these meet, which the model finds to a pixel or some only. */
static gboolean align_outlines(const stylemap_layer *target, const stylemap_placement *at, const stylemap_layer *covered,
                               const stylemap_layer *reference, const stylemap_placement *start, Find *by,
                               stylemap_placement *placement, GError **error) {
  static const gdouble in_earnest = 0.06;   /* better than beside it: core/README.md, "Placing" */
  static const gdouble as_it_was = 1.5 / 128; /* a series is drawn in one place; of pictures of 128 pixels so much may be by chance */
  stylemap_placement place = *placement;
  gdouble clear;
  stylemap_error core;
  if (!say_status(stylemap_align_lines(target, at, covered, reference, &place, &clear, &core), &core, error)) return FALSE;
  const gboolean there = memcmp(placement, start, sizeof *start) == 0;
  if (clear < in_earnest || (there && stylemap_placement_distance(&place, start) < as_it_was)) return TRUE;
  *placement = place;
  *by = FIND_LINES;
  return TRUE;
}

/* Where a reference comes in, as far as that is known before it lies somewhere. `made`: the masks of this edit, if they were made. */
static gboolean mask_of(const Engine *engine, const EditRequest *request, gint n, const EditResult *made, Mask *mask, GError **error) {
  const EditReference *reference = &request->references[n];
  const stylemap_placement at = edit_placement(&request->target);
  const stylemap_layer on = layer_of_colours(request->target.buffer);
  if (!reference->region || reference->mask) return edit_mask_of(request, made->prepared ? &made->mask : NULL, n, mask, error);
  g_autoptr(GeglBuffer) region = region_mask(engine, (stylemap_region)(reference->region - 1), &at, on.width, on.height, error);
  const MaskSource source = { .selection = region, .feather = request->mask.feather };
  return region && mask_make(&source, &at, on.width, on.height, mask, error);
}

/* Another picture of what the target shows, by the same camera or another, lies where its lines meet the target's: better than any
 * guess at its subject alone. */
static gboolean align(const Engine *engine, const EditRequest *request, gint n, const EditResult *made, Find *by,
                      stylemap_placement *placement, GError **error) {
  static const gdouble same_lines = 0.75;      /* of two different people they agree by at most 0.68 */
  static const gdouble believed = 16.0 / 128;  /* corners that go further agree by chance */
  static const gdouble as_it_was = 0.75 / 128; /* of the side: nothing would be gained but a picture resampled */
  const EditReference *reference = &request->references[n];
  const EditPicture *target = &request->target, *picture = &reference->picture;
  /* where its own outline brings it in is not known before it lies somewhere: all is compared */
  const gboolean masked = edit_mask_is_needed(request) && !reference->alpha;
  const stylemap_placement start = edit_placement(picture), at = edit_placement(target), found = *placement, from[] = { found, start };
  const gint starts = memcmp(placement, &start, sizeof start) == 0 ? 1 : 2;
  const stylemap_layer to = layer_of_colours(target->buffer), layer = layer_of_colours(picture->buffer);
  Mask mask = { 0 };
  gboolean ok = !masked || mask_of(engine, request, n, made, &mask, error);
  gdouble best = same_lines;
  Find how = *by;
  stylemap_error core;
  for (gint i = 0; i < starts && ok; i++) {
    const stylemap_layer covered = mask_layer(&mask, to.width, to.height);
    stylemap_placement place = from[i];
    gdouble agreement;
    ok = say_status(stylemap_align(&to, &at, masked ? &covered : NULL, &layer, &place, &agreement, &core), &core, error);
    /* where a subject was found, lines of what is behind it do not take that away */
    if (!ok || agreement <= best || stylemap_placement_distance(&place, &from[i]) > believed ||
        (*by != FIND_NOTHING && stylemap_placement_distance(&place, &found) > believed))
      continue;
    best = agreement;
    *placement = place;
    how = FIND_LINES;
  }
  if (ok && how == *by && (*by == FIND_MODEL || *by == FIND_NOTHING)) {
    const stylemap_layer covered = mask_layer(&mask, to.width, to.height);
    ok = align_outlines(&to, &at, masked ? &covered : NULL, &layer, &start, &how, placement, error);
  }
  mask_clear(&mask);
  if (how == FIND_LINES && stylemap_placement_distance(placement, &start) < as_it_was) *placement = start;
  else *by = how;
  return ok;
}

void find_followers(const EditRequest *request, EditReference *references, stylemap_placement *placements) {
  for (gint i = 0; i < request->n_references; i++) {
    EditPicture *picture = &references[i].picture;
    if (!references[i].as_placed) continue;
    const gboolean mirror = picture->placement && picture->placement->mirror;
    placements[i] = *request->target.placement;
    placements[i].x += references[i].dx;
    placements[i].y += references[i].dy;
    placements[i].mirror = mirror;
    picture->placement = &placements[i];
  }
}

gboolean find_target(Engine *engine, EditRequest *request, EditReference *references, stylemap_placement *placements,
                     stylemap_placement *at, Find *by, GError **error) {
  *by = FIND_NOTHING;
  if (request->target.find == FIND_NOTHING) return TRUE;
  if (!find_subject(engine, &request->target, &request->mask, TRUE, by, at, error)) return FALSE;
  request->target.placement = at;
  request->target.find = FIND_NOTHING;
  find_followers(request, references, placements);
  return TRUE;
}

gchar *find_words(Find by, gboolean target, const stylemap_placement *at) {
  const gdouble values[] = { at->x, at->y, at->side, at->angle * 180 / G_PI };
  gchar numbers[4][G_ASCII_DTOSTR_BUF_SIZE];
  for (gint i = 0; i < 4; i++) g_ascii_formatd(numbers[i], sizeof numbers[i], "%.1f", values[i] == 0 ? 0 : values[i]);
  const gchar *words = by == FIND_FACES ? (target ? _("By the face, the target lies at %s,%s,%s,%s.")
                                                  : _("By the face, the reference lies at %s,%s,%s,%s."))
                       : by == FIND_LINES ? _("By its lines, which the target has too, the reference lies at %s,%s,%s,%s.")
                                        : (target ? _("The model found its subject in the target at %s,%s,%s,%s.")
                                                  : _("The model found its subject in the reference at %s,%s,%s,%s."));
  return g_strdup_printf(words, numbers[0], numbers[1], numbers[2], numbers[3]);
}

static gboolean is_drawn_on(const EditPicture *target) { return target->buffer && !target->image && !target->stylemap; }

gboolean find_references(Engine *engine, const EditRequest *request, EditReference *references,
                         stylemap_placement *placements, EditResult *result, GError **error) {
  const gint most = MAX(request->n_references, 1);
  gboolean any = FALSE;
  EditProbe there = { .akin = TRUE };
  result->found = g_new(stylemap_placement, most);
  result->found_by = g_new(gint, most);
  result->found_of = g_new(gint, most);
  for (gint i = 0; i < request->n_references; i++) any = any || request->references[i].picture.find == FIND_AUTO;
  any = any && (request->target.buffer || request->target.image); /* a style map has nothing that could be known */
  if (any && (!engine_part(engine, STYLEMAP_PHASE_SAMPLE, 0, 0, error) ||
              !look(engine, &request->target, &there, error)))
    return FALSE;
  for (gint i = 0; i < request->n_references; i++) {
    EditPicture *picture = &references[i].picture;
    Find by;
    references[i] = request->references[i];
    const gboolean asked = picture->find != FIND_NOTHING && (there.akin || picture->find != FIND_AUTO);
    if (asked && picture->buffer && !picture->image && !picture->stylemap) {
      const gboolean lines = request->kind == EDIT_TRANSPLANT && picture->find == FIND_AUTO && is_drawn_on(&request->target) &&
                             !request->weights && /* a tensor, whose part cannot be left out */
                             (engine->info->places || find_has_faces(engine)); /* else the middle is what auto means */
      if (!find_reference(engine, picture, &by, &placements[i], error) ||
          (lines && !align(engine, request, i, result, &by, &placements[i], error)))
        return FALSE;
      picture->placement = &placements[i];
      if (by != FIND_NOTHING) {
        result->found[result->n_found] = placements[i];
        result->found_of[result->n_found] = i;
        result->found_by[result->n_found++] = by;
      }
    }
    picture->find = FIND_NOTHING;
  }
  return TRUE;
}
