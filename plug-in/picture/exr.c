/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenEXR through its core library: linear light, alpha associated, of the first part of a file. */
#include <glib/gi18n-lib.h>
#include <openexr.h>
#include <string.h>

#include "picture/form.h"

typedef struct {
  const guint8 *data;
  gsize size;
  gboolean beyond;
  gchar text[200];
} Stream;

static int64_t read_bytes(exr_const_context_t exr, void *user, void *to, uint64_t count, uint64_t at,
                          exr_stream_error_func_ptr_t fail) {
  Stream *s = user;
  uint64_t n = at < s->size ? MIN(count, s->size - at) : 0;
  if (n < count) s->beyond = TRUE;
  memcpy(to, s->data + MIN(at, s->size), n);
  return (int64_t)n;
}

static int64_t size_of(exr_const_context_t exr, void *user) { return (int64_t)((Stream *)user)->size; }

static void on_error(exr_const_context_t exr, exr_result_t code, const char *text) {
  void *user = NULL;
  if (exr && exr_get_user_data(exr, &user) == EXR_ERR_SUCCESS && user) g_strlcpy(((Stream *)user)->text, text, 200);
}

/* The channels that make a picture: R, G, B or Y, and A; its buffer has them in this order. -1: not there. */
typedef struct {
  gint order[4], count;
  gboolean grey, alpha;
} Layout;

static gboolean find_layout(exr_const_context_t exr, Layout *layout) {
  const exr_attr_chlist_t *list;
  static const gchar *const names[] = { "R", "G", "B", "A", "Y" };
  gboolean has[5] = { FALSE };
  if (exr_get_channels(exr, 0, &list) != EXR_ERR_SUCCESS) return FALSE;
  for (gint i = 0; i < list->num_channels; i++)
    for (guint k = 0; k < G_N_ELEMENTS(names); k++)
      if (strcmp(list->entries[i].name.str, names[k]) == 0) {
        has[k] = TRUE;
        if (list->entries[i].x_sampling != 1 || list->entries[i].y_sampling != 1) return FALSE;
      }
  layout->grey = has[4] && !(has[0] || has[1] || has[2]);
  layout->alpha = has[3];
  layout->count = (layout->grey ? 1 : 3) + layout->alpha;
  return layout->grey || has[0] || has[1] || has[2];
}

/* Where a channel lies in the pixel, or -1. */
static gint place_of(const Layout *layout, const gchar *name) {
  if (!name[0] || name[1]) return -1;
  if (name[0] == 'A') return layout->alpha ? layout->count - 1 : -1;
  if (layout->grey) return name[0] == 'Y' ? 0 : -1;
  return name[0] == 'R' ? 0 : name[0] == 'G' ? 1 : name[0] == 'B' ? 2 : -1;
}

/* A chunk (some rows, or a tile) to its place in `pixels`, which has `width` pixels a row. */
static exr_result_t read_chunk(exr_const_context_t exr, exr_decode_pipeline_t *pipe, const exr_chunk_info_t *chunk,
                               const Layout *layout, gfloat *pixels, gsize width) {
  exr_result_t code =
    pipe->context ? exr_decoding_update(exr, 0, chunk, pipe) : exr_decoding_initialize(exr, 0, chunk, pipe);
  if (code != EXR_ERR_SUCCESS) return code;
  for (gint c = 0; c < pipe->channel_count; c++) {
    exr_coding_channel_info_t *channel = &pipe->channels[c];
    gint place = place_of(layout, channel->channel_name);
    channel->decode_to_ptr = place < 0 ? NULL : (uint8_t *)(pixels + place);
    channel->user_bytes_per_element = 4;
    channel->user_data_type = EXR_PIXEL_FLOAT;
    channel->user_pixel_stride = 4 * layout->count;
    channel->user_line_stride = (gint32)(4 * (gsize)layout->count * width);
  }
  code = exr_decoding_choose_default_routines(exr, 0, pipe);
  return code == EXR_ERR_SUCCESS ? exr_decoding_run(exr, 0, pipe) : code;
}

static exr_result_t read_rows(exr_const_context_t exr, exr_decode_pipeline_t *pipe, const Layout *layout, gint top,
                              gfloat *pixels, Picture *picture) {
  int32_t lines = 0;
  exr_chunk_info_t chunk;
  exr_result_t code = exr_get_scanlines_per_chunk(exr, 0, &lines);
  gsize row = (gsize)picture->width * (gsize)layout->count;
  for (gint y = 0; code == EXR_ERR_SUCCESS && y < picture->height; y += lines) {
    code = exr_read_scanline_chunk_info(exr, 0, top + y, &chunk);
    if (code == EXR_ERR_SUCCESS)
      code = read_chunk(exr, pipe, &chunk, layout, pixels + (gsize)y * row, (gsize)picture->width);
  }
  return code;
}

static exr_result_t read_tiles(exr_const_context_t exr, exr_decode_pipeline_t *pipe, const Layout *layout,
                               gfloat *pixels, Picture *picture) {
  uint32_t w = 0, h = 0;
  exr_tile_level_mode_t level;
  exr_tile_round_mode_t round;
  exr_chunk_info_t chunk;
  exr_result_t code = exr_get_tile_descriptor(exr, 0, &w, &h, &level, &round);
  for (gint y = 0; code == EXR_ERR_SUCCESS && h && y * (gint64)h < picture->height; y++)
    for (gint x = 0; code == EXR_ERR_SUCCESS && w && x * (gint64)w < picture->width; x++) {
      code = exr_read_tile_chunk_info(exr, 0, x, y, 0, 0, &chunk);
      gsize at = (gsize)y * h * (gsize)picture->width + (gsize)x * w;
      if (code == EXR_ERR_SUCCESS)
        code = read_chunk(exr, pipe, &chunk, layout, pixels + at * (gsize)layout->count, (gsize)picture->width);
    }
  return code;
}

/* The primaries that the file tells, else sRGB's; light is linear either way. */
static gboolean primaries_of(exr_const_context_t exr, Primaries *p) {
  exr_attr_chromaticities_t c;
  if (exr_attr_get_chromaticities(exr, 0, "chromaticities", &c) != EXR_ERR_SUCCESS) return FALSE;
  *p = (Primaries){ { c.white_x, c.white_y, c.red_x, c.red_y, c.green_x, c.green_y, c.blue_x, c.blue_y }, 0 };
  for (gint i = 0; i < 8; i++)
    if (!(p->xy[i] > 0 && p->xy[i] < 1)) return FALSE;
  return TRUE;
}

static Fault read_part(exr_const_context_t exr, gint page, Picture *picture, exr_result_t *code) {
  exr_storage_t storage;
  exr_attr_box2i_t window;
  Layout layout = { 0 };
  exr_get_count(exr, &picture->pages);
  if (page > picture->pages) return NULL;
  if (page > 1) return g_strdup(_("of its parts page 1 alone is read"));
  *code = exr_get_storage(exr, 0, &storage);
  if (*code == EXR_ERR_SUCCESS) *code = exr_get_data_window(exr, 0, &window);
  if (*code != EXR_ERR_SUCCESS) return NULL;
  if (storage > EXR_STORAGE_TILED) return g_strdup(_("it holds samples in depth; save it as a flat picture"));
  if (!find_layout(exr, &layout)) return g_strdup(_("its channels are no R, G and B or Y of its size"));
  const gchar *encoding = layout.grey ? (layout.alpha ? "YaA float" : "Y float")
                                      : (layout.alpha ? "RaGaBaA float" : "RGB float");
  Primaries primaries;
  Fault fault = picture_make_buffer(picture, (gint64)window.max.x - window.min.x + 1,
                                    (gint64)window.max.y - window.min.y + 1, encoding, layout.grey,
                                    primaries_of(exr, &primaries) ? &primaries : NULL);
  if (fault) return fault;
  g_autofree gfloat *pixels = g_try_new0(gfloat, (gsize)picture->width * (gsize)picture->height * (gsize)layout.count);
  if (!pixels) return g_strdup(_("it is too large"));
  exr_decode_pipeline_t pipe = EXR_DECODE_PIPELINE_INITIALIZER;
  *code = storage == EXR_STORAGE_TILED ? read_tiles(exr, &pipe, &layout, pixels, picture)
                                       : read_rows(exr, &pipe, &layout, window.min.y, pixels, picture);
  if (pipe.context) exr_decoding_destroy(exr, &pipe);
  if (*code == EXR_ERR_SUCCESS) picture_put_rows(picture, 0, picture->height, pixels);
  return NULL;
}

Fault exr_load(const guint8 *data, gsize size, gint page, Picture *picture) {
  Stream stream = { .data = data, .size = size };
  exr_context_initializer_t init = EXR_DEFAULT_CONTEXT_INITIALIZER;
  init.user_data = &stream;
  init.read_fn = read_bytes;
  init.size_fn = size_of;
  init.error_handler_fn = on_error;
  init.flags = EXR_CONTEXT_FLAG_DISABLE_CHUNK_RECONSTRUCTION; /* a cut file is one */
  exr_context_t exr = NULL;
  exr_result_t code = exr_start_read(&exr, "picture", &init);
  Fault fault = code == EXR_ERR_SUCCESS ? read_part(exr, page, picture, &code) : NULL;
  if (exr) exr_finish(&exr);
  if (!fault && stream.beyond) fault = g_strdup(_("it ends too early"));
  if (!fault && code != EXR_ERR_SUCCESS) fault = g_strdup(*stream.text ? stream.text : _("its pixels cannot be read"));
  return fault;
}
