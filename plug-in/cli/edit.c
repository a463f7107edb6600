/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "cli/edit.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/models.h"
#include "host/reason.h"
#include "host/region.h"
#include "host/say.h"
#include "picture/picture.h"

gboolean cli_edit_is_square(const CliEdit *edit) {
  return edit->raw || is_tensor_path(edit->output);
}

gboolean cli_edit_is_of_model(const CliEdit *edit) {
  gboolean any = is_tensor_path(edit->target);
  for (gint i = 0; i < edit->n_parts; i++) {
    const CliReference *reference = &edit->references[i];
    any = any || (reference->path && is_tensor_path(reference->path)) || (reference->mask && is_tensor_path(reference->mask));
  }
  return any;
}

/* ------------------------------------------------------------------------------------------ inputs */

void cli_pictures_init(CliPictures *pictures, const CliEdit *edit) {
  *pictures = (CliPictures){ .parts = g_new0(CliPart, edit->n_parts), .n_parts = edit->n_parts,
                             .at = g_new0(stylemap_placement, edit->n_references + 1),
                             .references = g_new0(EditReference, edit->n_parts) };
}

/* A mask over the square from a file with a tensor `mask`, whose numbers must be weights. */
static gfloat *mask_tensor(const gchar *path, const Engine *engine, GError **error) {
  gint size = engine->info->size;
  g_autofree gfloat *values = g_new(gfloat, engine->mask_count);
  if (!tensor_read(path, "mask", (gint[]){ 1, 1, size, size }, values, error)) return NULL;
  for (gsize i = 0; i < engine->mask_count; i++)
    if (!(values[i] >= 0 && values[i] <= 1)) {
      g_autofree gchar *name = g_filename_display_name(path);
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                  _("The tensor mask of %s holds a number that is not in 0 to 1."), name);
      return NULL;
    }
  return g_steal_pointer(&values);
}

static gboolean read_mask(const CliEdit *edit, const CliReference *reference, const Engine *engine, CliPictures *pictures,
                          CliPart *part, GError **error) {
  gint width = gegl_buffer_get_width(pictures->target.picture.buffer);
  gint height = gegl_buffer_get_height(pictures->target.picture.buffer);
  if (!is_tensor_path(reference->mask)) {
    part->mask = picture_load_mask(reference->mask, reference->mask_page, width, height, error);
    return part->mask != NULL;
  }
  if (cli_edit_is_square(edit) && edit->feather > 0) {
    cli_usage(error, _("--feather works on mask pictures, not on a tensor."));
    return FALSE;
  }
  gint size = engine->info->size;
  pictures->weights = mask_tensor(reference->mask, engine, error);
  if (!pictures->weights || cli_edit_is_square(edit)) return pictures->weights != NULL;
  if (width != size || height != size) {
    g_autofree gchar *name = g_filename_display_name(reference->mask);
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The mask %s covers the model's square (%d x %d), not the picture (%d x %d): give a mask picture of "
                  "the picture's size, or write the square itself (--raw or a .safetensors output)."),
                name, size, size, width, height);
    return FALSE;
  }
  part->mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), babl_format("Y float"));
  gegl_buffer_set(part->mask, NULL, 0, babl_format("Y float"), pictures->weights, GEGL_AUTO_ROWSTRIDE);
  g_clear_pointer(&pictures->weights, g_free);
  return TRUE;
}

/* What the mask pictures cover; FALSE: nothing, or there is none. */
static gboolean selected_bounds(const CliPictures *pictures, GeglRectangle *all) {
  gboolean any = FALSE;
  for (gint i = 0; i < pictures->n_parts; i++) {
    GeglRectangle one;
    if (!pictures->parts[i].mask || !mask_bounds(pictures->parts[i].mask, &one)) continue;
    if (any) gegl_rectangle_bounding_box(all, all, &one);
    else *all = one;
    any = TRUE;
  }
  return any;
}

/* Where the squares lie, unless they are there already. */
static void place_pictures(const CliEdit *edit, CliPictures *pictures) {
  const GeglRectangle *target = gegl_buffer_get_extent(pictures->target.picture.buffer);
  stylemap_placement *at = pictures->at;
  Place place = edit->place;
  GeglRectangle selected;
  place_around(&place, target->width, target->height, selected_bounds(pictures, &selected) ? &selected : NULL);
  input_place(&pictures->target, &place, NULL, &at[0]);
  for (gint i = 0; i < edit->n_references; i++)
    input_place(&pictures->parts[i].input, &edit->references[i].place, &at[0], &at[i + 1]);
}

/* One that is there already and has the target's size. */
static gboolean has_mask(const CliPictures *pictures, CliPart *part) {
  const GeglRectangle *target = gegl_buffer_get_extent(pictures->target.picture.buffer);
  const GeglRectangle *mask = part->mask ? gegl_buffer_get_extent(part->mask) : NULL;
  if (mask && mask->width == target->width && mask->height == target->height) return TRUE;
  g_clear_object(&part->mask);
  return FALSE;
}

static gboolean read_part(const CliEdit *edit, gint n, const Engine *engine, CliPictures *pictures, GError **error) {
  const CliReference *reference = &edit->references[n];
  CliPart *part = &pictures->parts[n];
  return (!reference->path || part->input.picture.buffer ||
          input_read(&part->input, engine, reference->path, reference->page, FALSE, error)) &&
         (!reference->mask || has_mask(pictures, part) || read_mask(edit, reference, engine, pictures, part, error));
}

/* What can be known before the work, now that the target's square is known. */
static gboolean prepare(CliPictures *pictures, GError **error) {
  if (!edit_prepare(&pictures->request, &pictures->result, error)) return FALSE;
  g_auto(GStrv) notes = edit_notes(&pictures->request, &pictures->result);
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  return TRUE;
}

/* Each by its own rule: a tensor's numbers are weights already. */
static gdouble feather_of_part(const CliEdit *edit, gint n) {
  const gchar *mask = edit->references[n].mask;
  return mask && is_tensor_path(mask) && edit->feather == MASK_BY_SIZE ? 0 : edit->feather;
}

/* The masks, as far as they are there: the first one's is the edit's, whose feather is that of outlines and regions, too. */
static void take_masks(const CliEdit *edit, CliPictures *pictures) {
  for (gint i = 0; i < edit->n_parts; i++)
    pictures->parts[i].source = (MaskSource){ .selection = pictures->parts[i].mask, .feather = feather_of_part(edit, i),
                                              .average = edit->references[i].region >= 0 };
  if (edit->n_parts) pictures->request.mask.selection = pictures->parts[0].mask;
  if (edit->n_parts && !edit->n_references) pictures->request.mask = pictures->parts[0].source;
}

/* NULL: the edit's, or none. */
static const MaskSource *mask_of(const CliEdit *edit, const CliPictures *pictures, gint n) {
  return edit->references[n].alpha || (n == 0 && pictures->weights) ? NULL : &pictures->parts[n].source;
}

static gboolean has_region(const CliEdit *edit) {
  gboolean any = FALSE;
  for (gint i = 0; i < edit->n_parts; i++) any = any || edit->references[i].region >= 0;
  return any;
}

gboolean cli_edit_read(const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error) {
  picture_init();
  if (!output_check(edit->output, error) || !input_read(&pictures->target, engine, edit->target, edit->page, FALSE, error))
    return FALSE;
  for (gint i = 0; i < edit->n_parts; i++)
    if (!read_part(edit, i, engine, pictures, error)) return FALSE;
  place_pictures(edit, pictures);
  for (gint i = 0; i < edit->n_references; i++)
    pictures->references[i] = (EditReference){ .picture = pictures->parts[i].input.picture,
                                               .mask = mask_of(edit, pictures, i),
                                               .alpha = edit->references[i].alpha,
                                               .as_placed = edit->references[i].place.kind == PLACE_AS_PLACED };
  pictures->request = (EditRequest){ .kind = edit->n_references ? EDIT_TRANSPLANT : EDIT_RECONSTRUCT,
                                     .target = pictures->target.picture, .references = pictures->references,
                                     .n_references = edit->n_references, .mask.feather = edit->feather,
                                     .weights = pictures->weights, .method = edit->method, .edit = edit->edit,
                                     .heal = edit->heal, .extend = edit->extend, .refine = edit->refine,
                                     .squares = cli_edit_is_square(edit) };
  take_masks(edit, pictures);
  return pictures->target.picture.find || has_region(edit) || prepare(pictures, error);
}

/* ----------------------------------------------------------------------------------- drawn, written */

/* The target's square, which the model is needed for. */
static gboolean place_target(const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error) {
  const stylemap_placement start = pictures->at[0];
  Find by;
  if (!find_target(engine, &pictures->request, pictures->references, &pictures->at[1], &pictures->at[0], &by, error)) return FALSE;
  if (by == FIND_FACES || by == FIND_MODEL)
    if (edit->placement || !place_is_same(&start, &pictures->at[0])) {
      g_autofree gchar *words = find_words(by, TRUE, &pictures->at[0]);
      cli_note("%s", words);
    }
  return TRUE;
}

/* What cli_edit_read could not do without a model. */
static gboolean complete(const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error) {
  const GeglRectangle *target = gegl_buffer_get_extent(pictures->target.picture.buffer);
  const gboolean find = pictures->request.target.find != FIND_NOTHING;
  if (find && !place_target(edit, engine, pictures, error)) return FALSE;
  for (gint i = 0; i < edit->n_parts; i++) {
    CliPart *part = &pictures->parts[i];
    const gint region = edit->references[i].region;
    if (region < 0) continue;
    g_clear_object(&part->mask);
    part->mask = region_mask(engine, (stylemap_region)region, &pictures->at[0], target->width, target->height, error);
    if (!part->mask) return FALSE;
  }
  take_masks(edit, pictures);
  return !(find || has_region(edit)) || prepare(pictures, error);
}

void cli_say_findings(const Engine *engine, const EditResult *result, gboolean asked) {
  g_auto(GStrv) notes = edit_findings(result);
  gboolean found = FALSE;
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  for (gint i = 0; i < result->n_found; i++) found = found || result->found_by[i] != FIND_POINTS;
  if (asked && !found)
    cli_note("%s", engine->info->places ? _("The model is not sure of its subject in the target or in the reference: the "
                                            "reference's centred square is taken.")
                                        : _("The model has not learnt to find its subject: the reference's centred square is "
                                            "taken."));
}

static void say_findings(const CliEdit *edit, const Engine *engine, const EditResult *result) {
  gboolean asked = FALSE;
  for (gint i = 0; i < edit->n_references; i++) {
    const CliReference *reference = &edit->references[i];
    asked = asked || (reference->place.kind == PLACE_AUTO && (reference->placement || engine->info->places));
  }
  cli_say_findings(engine, result, asked);
}

gboolean cli_edit_draw(const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error) {
  if (!complete(edit, engine, pictures, error) || !edit_run(engine, &pictures->request, &pictures->result, error))
    return FALSE;
  say_findings(edit, engine, &pictures->result);
  return TRUE;
}

void cli_edit_say_reason(Engine *engine, const EditRequest *request) {
  Reason reason;
  stylemap_placement there;
  if (common.quiet || !request->target.buffer || request->target.image || !(engine->usual > 0) ||
      !reason_find(engine, &request->target, &request->mask, &reason, &there, NULL) ||
      reason == REASON_NONE)
    return;
  g_autofree gchar *at = place_text(&there, 1), *dataset = models_text(engine->model, "dataset");
  g_autofree gchar *place = g_strdup_printf(_("--placement %s lays it there."), at);
  g_autofree gchar *words = reason_words(reason, dataset, place);
  cli_note("%s", words);
}

void cli_edit_compose(const CliEdit *edit, CliPictures *pictures) {
  const Mask *mask = &pictures->result.mask;
  if (!cli_edit_is_square(edit))
    layer_composite(pictures->target.picture.buffer, pictures->result.layers[0], mask->weights, &mask->bounds,
                    edit->extend);
}

gboolean cli_edit_write(const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error) {
  Input *target = &pictures->target;
  return cli_edit_is_square(edit)
           ? square_write(engine, pictures->result.image, target->depth, edit->output, error)
           : input_write(engine, target, edit->output, error);
}

void cli_pictures_clear(CliPictures *pictures) {
  input_clear(&pictures->target);
  for (gint i = 0; i < pictures->n_parts; i++) {
    input_clear(&pictures->parts[i].input);
    g_clear_object(&pictures->parts[i].mask);
  }
  g_free(pictures->parts);
  g_free(pictures->at);
  g_free(pictures->references);
  g_free(pictures->weights);
  edit_result_clear(&pictures->result);
  *pictures = (CliPictures){ 0 };
}
