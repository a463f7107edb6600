/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/adjust.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "host/layer.h"
#include "host/learned.h"
#include "host/say.h"

#define MOST 20.0

gboolean adjust_draw(Engine *engine, const EditRequest *request, EditResult *result, GError **error) {
  stylemap_error core;
  stylemap_adjust_report report;
  GeglRectangle b = result->mask.bounds;
  const gint size = engine->info->size;
  const stylemap_amount *amounts = request->amounts;
  gint n_amounts = request->n_amounts;
  g_autofree stylemap_amount *parsed = NULL;
  stylemap_placement placement;
  stylemap_layer target, layer, mask;
  LayerSquare seen = { NULL, size }, made = { result->image, size };
  gboolean done = engine_part(engine, STYLEMAP_PHASE_ENCODE, 0, 1, error);
  if (done && !amounts) {
    amounts = parsed = adjust_parse(engine, request->directions, &n_amounts, error);
    done = amounts != NULL;
  }
  if (done && request->squares) {
    stylemap_fit(size, size, &placement);
    seen.values = engine_new_image(engine);
    target = layer_of_square(&seen);
    layer = layer_of_square(&made);
    b = (GeglRectangle){ 0, 0, size, size };
    done = edit_sample(engine, &request->target, seen.values, error);
  } else if (done) {
    target = layer_of_picture(request->target.buffer);
    GeglBuffer *buffer = gegl_buffer_new(&b, babl_format("R'G'B'A float"));
    result->layers = g_new(GeglBuffer *, 1);
    result->layers[result->n_layers++] = buffer;
    layer = layer_of_picture(buffer);
    layer.width = target.width;
    layer.height = target.height;
    mask = mask_layer(&result->mask, target.width, target.height);
    placement = edit_placement(&request->target);
  }
  const gboolean masked = !request->squares && !result->mask.whole;
  done = done && say_status(stylemap_adjust(engine->session, &target, &placement, masked ? &mask : NULL, amounts,
                                            n_amounts, request->heal.detail, b.x, b.y, b.width, b.height, &layer,
                                            &report, &core), &core, error);
  if (done) result->change = report.change;
  g_free(seen.values);
  return done;
}

/* ------------------------------------------------------------------------------------------ amounts */

static gboolean unknown(const Engine *engine, const gchar *name, GError **error) {
  GString *names = g_string_new(NULL);
  for (gint i = 0; i < stylemap_direction_count(engine->model); i++)
    g_string_append_printf(names, "%s%s", i ? ", " : "", stylemap_direction_name(engine->model, i));
  if (names->len)
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The model has no direction \"%s\"; it has %s."), name, names->str);
  else
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("The model has no direction \"%s\", nor any other: \"stylemap direction\" learns them."), name);
  g_string_free(names, TRUE);
  return FALSE;
}

/* "NAME=AMOUNT", cut in two in place. */
static gboolean read_amount(const Engine *engine, gchar *part, stylemap_amount *amount, GError **error) {
  gchar *equals = strchr(part, '='), *end = NULL;
  if (equals) *equals = '\0';
  amount->amount = equals ? g_ascii_strtod(equals + 1, &end) : 0;
  if (!equals || end == equals + 1 || *end || !(ABS(amount->amount) <= MOST)) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                _("\"%s\" needs an amount from -20 to 20: NAME=AMOUNT, as in smile=1."), part);
    return FALSE;
  }
  g_strstrip(part);
  amount->direction = learned_find(engine->model, part);
  return amount->direction || unknown(engine, part, error);
}

stylemap_amount *adjust_parse(const Engine *engine, const gchar *text, gint *count, GError **error) {
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  if (!*parts) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                        _("Nothing is to be changed: name a direction and how far, NAME=AMOUNT, as in smile=1."));
    return NULL;
  }
  g_autofree stylemap_amount *amounts = g_new(stylemap_amount, g_strv_length(parts));
  *count = 0;
  for (gchar **part = parts; *part; part++)
    if (!read_amount(engine, *part, &amounts[(*count)++], error)) return NULL;
  return g_steal_pointer(&amounts);
}

static gint by_name(gconstpointer a, gconstpointer b) { return strcmp(*(const gchar *const *)a, *(const gchar *const *)b); }

gchar *adjust_in_order(const gchar *text) {
  g_auto(GStrv) parts = g_strsplit(text, ",", -1);
  gint n = 0;
  for (gchar **part = parts; *part; part++) {
    gchar *equals = strchr(*part, '='), *end = NULL, *one = *part, number[G_ASCII_DTOSTR_BUF_SIZE];
    const gdouble amount = equals ? g_ascii_strtod(equals + 1, &end) : 0;
    if (equals && end > equals + 1 && !*end) {
      *equals = '\0';
      one = amount == 0 ? NULL : g_strdup_printf("%s=%s", g_strstrip(*part), g_ascii_formatd(number, sizeof number, "%.4g", amount));
      g_free(*part);
    }
    *part = NULL;
    if (one) parts[n++] = one;
  }
  qsort(parts, (gsize)n, sizeof *parts, by_name);
  return g_strjoinv(",", parts);
}
