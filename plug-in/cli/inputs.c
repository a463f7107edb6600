/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/cli.h"
#include "host/choose.h"
#include "host/import.h"
#include "host/layer.h"
#include "host/say.h"
#include "host/settings.h"
#include "picture/picture.h"

gboolean is_tensor_path(const gchar *path) {
  g_autofree gchar *lower = g_ascii_strdown(path, -1);
  return g_str_has_suffix(lower, ".safetensors");
}

gboolean output_check(const gchar *path, GError **error) {
  PictureForm form;
  return (is_tensor_path(path) || picture_form_of_output(path, &form, error)) && picture_check_writable(path, error);
}

gboolean cli_open(Engine **engine, const gchar *model, GError **error) {
  return engine_open(engine, model, common.threads, progress_show, NULL, error);
}

gboolean cli_open_for(Engine **engine, const gchar *model, const EditRequest *request, GError **error) {
  if (!choose_model(engine, model, request, common.threads, progress_show, NULL, error)) return FALSE;
  g_autofree gchar *name = g_filename_display_basename((*engine)->path);
  if ((*engine)->chosen) cli_note(_("The model: %s."), name);
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ tensors */

static gint tensor_rank(const gint *shape, int64_t *sizes) {
  gint rank = 0;
  for (; rank < 4 && shape[rank]; rank++) sizes[rank] = shape[rank];
  return rank;
}

/* TRUE, or FALSE with an error; `missing`, where not NULL, tells a file without such a tensor. */
static gboolean read_tensor(const gchar *path, const gchar *name, const gint *shape, gfloat *values,
                            gboolean *missing, GError **error) {
  int64_t sizes[4];
  gint rank = tensor_rank(shape, sizes);
  float *read = NULL;
  stylemap_error core;
  if (stylemap_tensor_read(path, name, rank, sizes, &read, &core) != STYLEMAP_OK) {
    if (missing) *missing = strcmp(core.rule, "M3") == 0;
    say_error(error, &core);
    return FALSE;
  }
  gsize count = 1;
  for (gint i = 0; i < rank; i++) count *= (gsize)sizes[i];
  memcpy(values, read, count * sizeof *values);
  stylemap_tensor_free(read);
  return TRUE;
}

gboolean tensor_read(const gchar *path, const gchar *name, const gint *shape, gfloat *values, GError **error) {
  return read_tensor(path, name, shape, values, NULL, error);
}

gboolean tensor_write(const gchar *path, const gchar *name, const gint *shape, const gfloat *values, GError **error) {
  int64_t sizes[4];
  gint rank = tensor_rank(shape, sizes);
  stylemap_error core;
  if (stylemap_tensor_write(path, name, rank, sizes, values, &core) == STYLEMAP_OK) return TRUE;
  say_error(error, &core);
  return FALSE;
}

/* ----------------------------------------------------------------------------------------- pictures */

static gint depth_of(GeglBuffer *buffer) {
  const Babl *type = babl_format_get_type(gegl_buffer_get_format(buffer), 0);
  return type == babl_type("u8") ? 8 : type == babl_type("u16") ? 16 : 32;
}

gboolean cli_check_page(const gchar *option, gint page, const gchar *path, GError **error) {
  if (page == 0 || (page > 0 && !is_tensor_path(path))) return TRUE;
  if (page < 0) cli_usage(error, _("%s must be 1 or more."), option);
  else cli_usage(error, _("%s names a page of a picture, and a tensor has none."), option);
  return FALSE;
}

gboolean cli_read_place(const gchar *option, const gchar *text, const gchar *path, gboolean reference, PlaceKind usual,
                        Place *place, GError **error) {
  g_autoptr(GError) fault = NULL;
  if (!place_parse(option, text, reference, usual, place, &fault)) cli_usage(error, "%s", fault->message);
  else if (path && is_tensor_path(path) && (text || place->mirror))
    cli_usage(error, _("%s takes a part of a picture, and a tensor is the model's square already."),
              text ? option : "--mirror");
  else return TRUE;
  return FALSE;
}

/* picture_load, and its note on the screen. */
static Picture *load_noting(const gchar *path, gint page, GError **error) {
  Picture *picture = picture_load(path, page, error);
  if (picture && picture->note) {
    g_autofree gchar *name = g_filename_display_name(path);
    cli_note("%s: %s", name, picture->note);
  }
  return picture;
}

/* ------------------------------------------------------------------------------------------- inputs */

static gboolean read_tensors(Input *input, const Engine *engine, const gchar *path, gboolean w, GError **error) {
  gint size = engine->info->size, side = engine->info->latent_spatial_size;
  g_autofree gfloat *image = engine_new_image(engine), *map = engine_new_stylemap(engine);
  g_autoptr(GError) no_image = NULL, no_map = NULL;
  gboolean missing;
  input->depth = 8;
  if (read_tensor(path, "image", (gint[]){ 1, 3, size, size }, image, &missing, &no_image)) {
    picture_init();
    input->picture.buffer = layer_buffer_of_square(image, engine->info->size, babl_format("R'G'B' float"));
    input->picture.image = g_steal_pointer(&image);
    return TRUE;
  }
  if (w && missing && read_tensor(path, "w", (gint[]){ 1, engine->info->latent_channel_size, side, side }, map,
                                  &missing, &no_map)) {
    input->picture.stylemap = g_steal_pointer(&map);
    return TRUE;
  }
  /* Neither is there: it is the image that was asked for. Else the one that is there is wrong. */
  GError **why = no_map && !missing ? &no_map : &no_image;
  g_propagate_error(error, g_steal_pointer(why));
  return FALSE;
}

gboolean input_read(Input *input, const Engine *engine, const gchar *path, gint page, gboolean w, GError **error) {
  *input = (Input){ 0 };
  if (is_tensor_path(path)) return read_tensors(input, engine, path, w, error);
  input->file = load_noting(path, page, error);
  if (!input->file) return FALSE;
  input->picture.buffer = g_object_ref(input->file->buffer);
  input->depth = depth_of(input->picture.buffer);
  return progress_go_on(error);
}

void input_clear(Input *input) {
  picture_free(input->file);
  g_clear_object(&input->picture.buffer);
  g_free((gfloat *)input->picture.image);
  g_free((gfloat *)input->picture.stylemap);
  *input = (Input){ 0 };
}

void input_place(Input *input, const Place *place, const stylemap_placement *target, stylemap_placement *at) {
  EditPicture *picture = &input->picture;
  if (!picture->buffer) return;
  const GeglRectangle *size = gegl_buffer_get_extent(picture->buffer);
  place_find(place, size->width, size->height, target, 0, 0, at);
  if (!input->file) return;
  picture->placement = at;
  picture->find = place_find_how(place);
  picture->points = place->points;
}

/* ------------------------------------------------------------------------------------------ outputs */

/* As long as it runs, a command has the setting that it found, for each of a batch's pictures. */
static gboolean says_origin(void) {
  static gsize answer = 0; /* 1: no, 2: yes */
  if (g_once_init_enter(&answer)) g_once_init_leave(&answer, settings_provenance() ? 2 : 1);
  return !common.silent_origin && answer == 2;
}

/* Of a picture that the model drew all of (`whole`) or drew into. */
static gboolean drawn_write(const Engine *engine, GeglBuffer *buffer, Picture *like, gboolean whole, const gchar *path,
                            GError **error) {
  if (!says_origin()) return picture_save(buffer, like, path, error);
  g_autofree gchar *name = import_name(engine->path);
  g_autofree gchar *version = g_strdup_printf("%s (SHA-256 %s)", name, engine_weights(engine));
  const PictureOrigin origin = { whole, "StyleMap " STYLEMAP_VERSION, version };
  return picture_save_made(buffer, like, &origin, path, error);
}

gboolean square_write(const Engine *engine, const gfloat *image, gint depth, const gchar *path, GError **error) {
  gint size = engine->info->size;
  if (!progress_go_on(error)) return FALSE;
  if (is_tensor_path(path)) return tensor_write(path, "image", (gint[]){ 1, 3, size, size }, image, error);
  picture_init();
  const Babl *format = babl_format(depth == 8 ? "R'G'B' u8" : depth == 16 ? "R'G'B' u16" : "R'G'B' float");
  g_autoptr(GeglBuffer) buffer = layer_buffer_of_square(image, engine->info->size, format);
  return drawn_write(engine, buffer, NULL, TRUE, path, error);
}

gboolean input_save(const Engine *engine, Input *drawn, const gchar *path, GError **error) {
  if (drawn->file) drawn->file->note = NULL;
  return progress_go_on(error) && drawn_write(engine, drawn->picture.buffer, drawn->file, FALSE, path, error);
}

void input_note(const Input *saved, const gchar *path) {
  PictureForm form;
  if (babl_format_has_alpha(gegl_buffer_get_format(saved->picture.buffer)) && picture_form_of_output(path, &form, NULL) &&
      form == PICTURE_JPEG)
    cli_note(_("JPEG holds no transparency: what was transparent is white."));
  if (saved->file && saved->file->note) cli_note("%s", saved->file->note);
}

gboolean input_write(const Engine *engine, Input *drawn, const gchar *path, GError **error) {
  if (!input_save(engine, drawn, path, error)) return FALSE;
  input_note(drawn, path);
  return TRUE;
}
