/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>

#include "cli/edit.h"
#include "host/find.h"
#include "host/layer.h"
#include "host/region.h"
#include "host/say.h"
#include "picture/picture.h"

gboolean cli_edit_is_square(const CliEdit *edit) {
  return edit->raw || is_tensor_path(edit->output);
}

gboolean cli_edit_is_of_model(const CliEdit *edit) {
  return is_tensor_path(edit->target) || (edit->reference && is_tensor_path(edit->reference)) ||
         (edit->mask && is_tensor_path(edit->mask));
}

/* ------------------------------------------------------------------------------------------ inputs */

/* A mask over the square from a file with a tensor `mask`, whose numbers must be weights. */
static gfloat *mask_tensor(const CliEdit *edit, const Engine *engine, GError **error) {
  gint size = engine->info->size;
  g_autofree gfloat *values = g_new(gfloat, engine->mask_count);
  if (!tensor_read(edit->mask, "mask", (gint[]){ 1, 1, size, size }, values, error)) return NULL;
  for (gsize i = 0; i < engine->mask_count; i++)
    if (!(values[i] >= 0 && values[i] <= 1)) {
      g_autofree gchar *name = g_filename_display_name(edit->mask);
      g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                  _("The tensor mask of %s holds a number that is not in 0 to 1."), name);
      return NULL;
    }
  return g_steal_pointer(&values);
}

static gboolean read_mask(const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error) {
  gint width = gegl_buffer_get_width(pictures->target.picture.buffer);
  gint height = gegl_buffer_get_height(pictures->target.picture.buffer);
  if (!is_tensor_path(edit->mask)) {
    pictures->mask = picture_load_mask(edit->mask, edit->mask_page, width, height, error);
    return pictures->mask != NULL;
  }
  if (cli_edit_is_square(edit) && edit->feather > 0) {
    cli_usage(error, _("--feather works on mask pictures, not on a tensor."));
    return FALSE;
  }
  gint size = engine->info->size;
  pictures->weights = mask_tensor(edit, engine, error);
  if (!pictures->weights || cli_edit_is_square(edit)) return pictures->weights != NULL;
  if (width != size || height != size) {
    g_autofree gchar *name = g_filename_display_name(edit->mask);
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The mask %s covers the model's square (%d x %d), not the picture (%d x %d): give a mask picture of "
                  "the picture's size, or write the square itself (--raw or a .safetensors output)."),
                name, size, size, width, height);
    return FALSE;
  }
  pictures->mask = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), babl_format("Y float"));
  gegl_buffer_set(pictures->mask, NULL, 0, babl_format("Y float"), pictures->weights, GEGL_AUTO_ROWSTRIDE);
  g_clear_pointer(&pictures->weights, g_free);
  return TRUE;
}

/* Where the squares lie, unless they are there already. */
static void place_pictures(const CliEdit *edit, CliPictures *pictures) {
  const GeglRectangle *target = gegl_buffer_get_extent(pictures->target.picture.buffer);
  stylemap_placement *at = pictures->at;
  Place place = edit->place;
  GeglRectangle selected;
  place_around(&place, target->width, target->height,
               pictures->mask && mask_bounds(pictures->mask, &selected) ? &selected : NULL);
  place_find(&place, target->width, target->height, NULL, 0, 0, &at[0]);
  if (!is_tensor_path(edit->target)) {
    pictures->target.picture.placement = &at[0];
    pictures->target.picture.find = place_find_how(&place);
    pictures->target.picture.points = place.points;
  }
  if (!edit->reference || is_tensor_path(edit->reference)) return;
  const GeglRectangle *reference = gegl_buffer_get_extent(pictures->reference.picture.buffer);
  place_find(&edit->reference_place, reference->width, reference->height, &at[0], 0, 0, &at[1]);
  pictures->reference.picture.placement = &at[1];
  pictures->reference.picture.find = place_find_how(&edit->reference_place);
  pictures->reference.picture.points = edit->reference_place.points;
}

/* One that is there already and has the target's size. */
static gboolean has_mask(CliPictures *pictures) {
  const GeglRectangle *target = gegl_buffer_get_extent(pictures->target.picture.buffer);
  const GeglRectangle *mask = pictures->mask ? gegl_buffer_get_extent(pictures->mask) : NULL;
  if (mask && mask->width == target->width && mask->height == target->height) return TRUE;
  g_clear_object(&pictures->mask);
  return FALSE;
}

/* What can be known before the work, now that the target's square is known. */
static gboolean prepare(CliPictures *pictures, GError **error) {
  if (!edit_prepare(&pictures->request, &pictures->result, error)) return FALSE;
  g_auto(GStrv) notes = edit_notes(&pictures->request, &pictures->result);
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  return TRUE;
}

gboolean cli_edit_read(const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error) {
  Input *reference = &pictures->reference;
  picture_init();
  if (!output_check(edit->output, error) ||
      !input_read(&pictures->target, engine, edit->target, edit->page, FALSE, error) ||
      (edit->reference && !reference->picture.buffer &&
       !input_read(reference, engine, edit->reference, edit->reference_page, FALSE, error)) ||
      (edit->mask && !has_mask(pictures) && !read_mask(edit, engine, pictures, error)))
    return FALSE;
  place_pictures(edit, pictures);
  pictures->taken = (EditReference){ .picture = reference->picture, .as_placed = edit->reference_place.kind == PLACE_AS_PLACED };
  pictures->request = (EditRequest){ .kind = edit->reference ? EDIT_TRANSPLANT : EDIT_RECONSTRUCT,
                                     .target = pictures->target.picture, .references = &pictures->taken,
                                     .n_references = edit->reference != NULL,
                                     .mask = { .selection = pictures->mask, .feather = edit->feather },
                                     .weights = pictures->weights, .method = edit->method, .edit = edit->edit,
                                     .heal = edit->heal, .extend = edit->extend, .refine = edit->refine,
                                     .squares = cli_edit_is_square(edit) };
  return pictures->target.picture.find || edit->region >= 0 || prepare(pictures, error);
}

/* ----------------------------------------------------------------------------------- drawn, written */

/* The target's square, which the model is needed for. */
static gboolean place_target(const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error) {
  const stylemap_placement start = pictures->at[0];
  Find by;
  if (!find_target(engine, &pictures->request, &pictures->taken, &pictures->at[1], &pictures->at[0], &by, error)) return FALSE;
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
  if (edit->region >= 0) {
    g_clear_object(&pictures->mask);
    pictures->mask = region_mask(engine, (stylemap_region)edit->region, &pictures->at[0], target->width, target->height, error);
    if (!pictures->mask) return FALSE;
    pictures->request.mask.selection = pictures->mask;
  }
  return !(find || edit->region >= 0) || prepare(pictures, error);
}

/* What was asked for by name and is not there is told, too. */
static void say_findings(const CliEdit *edit, const Engine *engine, const EditResult *result) {
  g_auto(GStrv) notes = edit_findings(result);
  for (gchar **note = notes; *note; note++) cli_note("%s", *note);
  if (edit->reference_place.kind == PLACE_AUTO && !*notes && (edit->reference_placement || engine->info->places))
    cli_note("%s", engine->info->places ? _("The model is not sure of its subject in the target or in the reference: the "
                                            "reference's centred square is taken.")
                                        : _("The model has not learnt to find its subject: the reference's centred square is "
                                            "taken."));
}

gboolean cli_edit_draw(const CliEdit *edit, Engine *engine, CliPictures *pictures, GError **error) {
  if (!complete(edit, engine, pictures, error) || !edit_run(engine, &pictures->request, &pictures->result, error))
    return FALSE;
  say_findings(edit, engine, &pictures->result);
  return TRUE;
}

void cli_edit_compose(const CliEdit *edit, CliPictures *pictures) {
  const Mask *mask = &pictures->result.mask;
  if (!cli_edit_is_square(edit))
    layer_composite(pictures->target.picture.buffer, pictures->result.layers[0], mask->weights, &mask->bounds,
                    edit->extend);
}

/* The result in the target, with the target's size, depth, alpha, profile and EXIF. */
static gboolean write_picture(const CliEdit *edit, const Engine *engine, Input *target, GError **error) {
  GeglBuffer *buffer = target->picture.buffer;
  PictureForm form;
  if (babl_format_has_alpha(gegl_buffer_get_format(buffer)) &&
      picture_form_of_output(edit->output, &form, NULL) && form == PICTURE_JPEG)
    cli_note(_("JPEG holds no transparency: what was transparent is white."));
  return input_write(engine, target, edit->output, error);
}

gboolean cli_edit_write(const CliEdit *edit, const Engine *engine, CliPictures *pictures, GError **error) {
  Input *target = &pictures->target;
  return cli_edit_is_square(edit)
           ? square_write(engine, pictures->result.image, target->depth, edit->output, error)
           : write_picture(edit, engine, target, error);
}

void cli_pictures_clear(CliPictures *pictures) {
  input_clear(&pictures->target);
  input_clear(&pictures->reference);
  g_clear_object(&pictures->mask);
  g_clear_pointer(&pictures->weights, g_free);
  edit_result_clear(&pictures->result);
}
