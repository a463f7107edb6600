/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/model-sheet.h"
#include "host/mix.h"
#include "host/models.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

#define COUNT 6  /* pictures in all, */
#define SIDE 48  /* pixels each, */
#define GAP 2    /* so far from each other; */
#define APART 6  /* more between two models' */
#define MODELS 2 /* at most */
#define WIDTH (COUNT * SIDE + (COUNT - 1) * GAP + (MODELS - 1) * APART)
#define SEED 3
#define TRUNCATION 0.7
#define RESTING 600 /* milliseconds, in which the preview begins */

/* A thread reads `models` and draws into `pictures`; nobody else looks at either meanwhile. */
typedef struct {
  GtkWidget *image;
  gchar **models;
  GdkPixbuf *pictures;
  Worker *worker;
  guint later;      /* the source that draws */
  gint shown;       /* pictures of the thread */
  gint begun;       /* models */
  GHashTable *seen; /* sheets that were drawn, by the lines of `models` */
} Sheet;

void model_sheet_put(GdkPixbuf *sheet, const gfloat *square, gint size, gint x, gint y, gint side) {
  GdkPixbuf *one = gdk_pixbuf_new(GDK_COLORSPACE_RGB, FALSE, 8, size, size);
  guchar *pixels = gdk_pixbuf_get_pixels(one);
  gint stride = gdk_pixbuf_get_rowstride(one);
  gsize count = (gsize)size * size;

  for (gsize i = 0; i < count; i++)
    for (gsize c = 0; c < 3; c++)
      pixels[i / size * stride + 3 * (i % size) + c] = (guchar)(CLAMP((square[c * count + i] + 1) / 2, 0, 1) * 255 + 0.5f);
  gdk_pixbuf_scale(one, sheet, x, y, side, side, x, y, (gdouble)side / size, (gdouble)side / size, GDK_INTERP_BILINEAR);
  g_object_unref(one);
}

/* ------------------------------------------------------------------------------------------ drawing */

typedef struct {
  Sheet *sheet;
  gint size;
} Taking;

static gboolean take(gpointer data, gint n, const gfloat *image, GError **error) {
  const Taking *taking = data;
  Sheet *sheet = taking->sheet;
  gint x = sheet->shown * (SIDE + GAP) + sheet->begun * APART;

  model_sheet_put(sheet->pictures, image, taking->size, x, 0, SIDE);
  sheet->shown++;
  return TRUE;
}

/* A WorkerFunction of a Sheet. A model that cannot be opened has no pictures: the dialog says why. */
static gboolean draw(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Sheet *sheet = data;
  gint n_models = (gint)g_strv_length(sheet->models);
  gboolean ok = TRUE;

  for (gint n = 0; n < n_models && ok; n++) {
    Engine *engine = NULL;

    if (engine_open(&engine, sheet->models[n], 1, tell, tell_data, NULL)) {
      Taking taking = {sheet, engine->info->size};

      ok = mix_samples(engine, SEED, COUNT / n_models, TRUNCATION, take, &taking, error);
      sheet->begun++;
    }
    engine_free(engine);
  }
  return ok;
}

/* A WorkerDone. */
static void drawn(gpointer data, const GError *error) {
  Sheet *sheet = data;

  if (error)
    return;
  gtk_image_set_from_pixbuf(GTK_IMAGE(sheet->image), sheet->pictures);
  g_hash_table_insert(sheet->seen, g_strjoinv("\n", sheet->models), g_object_ref(sheet->pictures));
}

/* ------------------------------------------------------------------------------------------- widget */

static void stop(Sheet *sheet) {
  if (sheet->later)
    g_source_remove(sheet->later);
  sheet->later = 0;
  worker_free(sheet->worker);
  sheet->worker = NULL;
  g_clear_object(&sheet->pictures);
}

static gboolean start(gpointer data) {
  Sheet *sheet = data;

  sheet->later = 0;
  sheet->shown = sheet->begun = 0;
  sheet->pictures = gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, WIDTH, SIDE);
  gdk_pixbuf_fill(sheet->pictures, 0);
  sheet->worker = worker_start(draw, drawn, sheet);
  return G_SOURCE_REMOVE;
}

static void sheet_free(gpointer data) {
  Sheet *sheet = data;

  stop(sheet);
  g_hash_table_unref(sheet->seen);
  g_strfreev(sheet->models);
  g_free(sheet);
}

void model_sheet_set(GtkWidget *image, const gchar *model) {
  Sheet *sheet = g_object_get_data(G_OBJECT(image), "sheet");
  gchar **some = models_free_choice(model), *key;
  GdkPixbuf *before;

  stop(sheet);
  g_strfreev(sheet->models);
  if (some && g_strv_length(some) > MODELS)
    g_clear_pointer(&some, g_strfreev);
  if (!some || !*some) {
    const gchar *const one[] = {model, NULL};

    g_strfreev(some);
    some = g_strdupv((gchar **)one);
  }
  sheet->models = some;
  gtk_widget_show(image);
  key = g_strjoinv("\n", some);
  before = g_hash_table_lookup(sheet->seen, key);
  g_free(key);
  gtk_image_set_from_pixbuf(GTK_IMAGE(image), before);
  if (!before)
    sheet->later = g_timeout_add(RESTING, start, sheet);
}

void model_sheet_wait(GtkWidget *image) {
  stop(g_object_get_data(G_OBJECT(image), "sheet"));
  gtk_widget_hide(image);
}

GtkWidget *model_sheet_new(const gchar *model) {
  Sheet *sheet = g_new0(Sheet, 1);

  sheet->image = gtk_image_new();
  sheet->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
  gtk_widget_set_size_request(sheet->image, WIDTH, SIDE);
  compat_image_left(sheet->image);
  gimp_help_set_help_data(sheet->image, _("Pictures that the model draws by itself: it edits what is like them."), NULL);
  g_object_set_data_full(G_OBJECT(sheet->image), "sheet", sheet, sheet_free);
  model_sheet_set(sheet->image, model);
  return sheet->image;
}
