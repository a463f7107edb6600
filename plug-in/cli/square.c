/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/cli.h"
#include "host/job.h"
#include "host/layer.h"
#include "host/models.h"
#include "picture/picture.h"

gboolean is_tensor_path(const gchar *path) {
  g_autofree gchar *lower = g_ascii_strdown(path, -1);
  return g_str_has_suffix(lower, ".safetensors");
}

gboolean output_check(const gchar *path, GError **error) {
  PictureForm form;
  return (is_tensor_path(path) || picture_form_of_output(path, &form, error)) && picture_check_writable(path, error);
}

/* --------------------------------------------------------------------------------------------- net */

gboolean net_open(Net *net, const gchar *model, GError **error) {
  g_autofree gchar *path = models_find(model, error);
  if (!path) return FALSE;
  stylemap_error core;
  if (stylemap_open(path, 0, progress_core, NULL, &net->model, &core) != STYLEMAP_OK ||
      stylemap_session_new(net->model, common.threads, progress_core, NULL, &net->session, &core) != STYLEMAP_OK) {
    say_error(error, &core);
    net_close(net);
    return FALSE;
  }
  net->info = stylemap_model_info(net->model);
  gsize size = (gsize)net->info->size, side = (gsize)net->info->latent_spatial_size;
  net->image_count = 3 * size * size;
  net->stylemap_count = (gsize)net->info->latent_channel_size * side * side;
  return TRUE;
}

void net_close(Net *net) {
  stylemap_session_free(net->session);
  stylemap_close(net->model);
  *net = (Net){ 0 };
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

/* ------------------------------------------------------------------------------------------ squares */

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

Picture *picture_load_noting(const gchar *path, gint page, GError **error) {
  Picture *picture = picture_load(path, page, error);
  if (picture && picture->note) {
    g_autofree gchar *name = g_filename_display_name(path);
    cli_note("%s: %s", name, picture->note);
  }
  return picture;
}

gfloat *square_read_sized(const Net *net, const gchar *path, gint page, gint *depth, gint *width, gint *height,
                          GError **error) {
  gint size = net->info->size;
  g_autofree gfloat *image = g_new(gfloat, net->image_count);
  if (depth) *depth = 8;
  if (is_tensor_path(path)) {
    *width = *height = size;
    if (!tensor_read(path, "image", (gint[]){ 1, 3, size, size }, image, error)) return NULL;
    return g_steal_pointer(&image);
  }
  Picture *picture = picture_load_noting(path, page, error);
  if (!picture) return NULL;
  stylemap_layer layer = layer_of_picture(picture->buffer);
  stylemap_placement placement;
  stylemap_error core;
  *width = picture->width;
  *height = picture->height;
  if (depth) *depth = depth_of(picture->buffer);
  stylemap_fit(picture->width, picture->height, &placement);
  stylemap_status status = stylemap_sample(&layer, &placement, size, image, &core);
  picture_free(picture);
  if (status != STYLEMAP_OK) say_error(error, &core);
  return status == STYLEMAP_OK && progress_go_on(error) ? g_steal_pointer(&image) : NULL;
}

gfloat *square_read(const Net *net, const gchar *path, gint page, gint *depth, GError **error) {
  gint width, height;
  return square_read_sized(net, path, page, depth, &width, &height, error);
}

gfloat *square_encode(const Net *net, const gchar *path, gint page, gint *depth, GError **error) {
  g_autofree gfloat *map = g_new(gfloat, net->stylemap_count), *image = NULL;
  stylemap_error core;
  if (is_tensor_path(path)) {
    gint size = net->info->size, side = net->info->latent_spatial_size;
    gboolean missing;
    if (depth) *depth = 8;
    image = g_new(gfloat, net->image_count);
    g_autoptr(GError) no_image = NULL, no_map = NULL;
    if (!read_tensor(path, "image", (gint[]){ 1, 3, size, size }, image, &missing, &no_image)) {
      if (missing && read_tensor(path, "w", (gint[]){ 1, net->info->latent_channel_size, side, side }, map, &missing,
                                 &no_map))
        return g_steal_pointer(&map);
      /* Neither is there: it is the image that was asked for. Else the one that is there is wrong. */
      GError **why = no_map && !missing ? &no_map : &no_image;
      g_propagate_error(error, g_steal_pointer(why));
      return NULL;
    }
  } else {
    image = square_read(net, path, page, depth, error);
    if (!image) return NULL;
  }
  if (stylemap_encode(net->session, image, map, &core) == STYLEMAP_OK) return g_steal_pointer(&map);
  say_error(error, &core);
  return NULL;
}

GeglBuffer *square_buffer(const Net *net, const gfloat *image, const Babl *format) {
  gint size = net->info->size;
  gsize plane = (gsize)size * (gsize)size;
  g_autofree gfloat *row = g_new(gfloat, 3 * (gsize)size);
  GeglBuffer *buffer = gegl_buffer_new(GEGL_RECTANGLE(0, 0, size, size), format);
  for (gint y = 0; y < size; y++) {
    for (gint x = 0; x < size; x++)
      for (gint c = 0; c < 3; c++) {
        gfloat v = image[(gsize)c * plane + (gsize)y * (gsize)size + (gsize)x];
        row[3 * x + c] = CLAMP(0.5f + 0.5f * v, 0.0f, 1.0f);
      }
    layer_set_numbers(buffer, GEGL_RECTANGLE(0, y, size, 1), row);
  }
  return buffer;
}

gboolean square_write(const Net *net, const gfloat *image, gint depth, const gchar *path, GError **error) {
  gint size = net->info->size;
  if (is_tensor_path(path)) return tensor_write(path, "image", (gint[]){ 1, 3, size, size }, image, error);
  picture_init();
  const Babl *format = babl_format(depth == 8 ? "R'G'B' u8" : depth == 16 ? "R'G'B' u16" : "R'G'B' float");
  g_autoptr(GeglBuffer) buffer = square_buffer(net, image, format);
  return picture_save(buffer, NULL, path, error);
}

gboolean pyramid_write(const Net *net, const stylemap_pyramid *pyramid, gint depth, const gchar *path, GError **error) {
  g_autofree gfloat *image = g_new(gfloat, net->image_count);
  stylemap_error core;
  if (stylemap_synth(net->session, pyramid, image, &core) == STYLEMAP_OK)
    return square_write(net, image, depth, path, error);
  say_error(error, &core);
  return FALSE;
}
