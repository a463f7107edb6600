/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures from noise, as layers of a new image. */
#include "gimp/alone.h"
#include "gimp/dialog.h"
#include "gimp/hint.h"
#include "gimp/model-chooser.h"
#include "gimp/model-sheet.h"
#include "gimp/origin.h"
#include "gimp/pixels.h"
#include "gimp/table.h"
#include "host/layer.h"
#include "host/mix.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>
#include <math.h>

/* ------------------------------------------------------------------------------------------ drawing */

typedef struct {
  FlowOptions *options;
  gint count;
  GPtrArray *pictures; /* of gfloat *, 3 x S x S */
} Drawing;

static gboolean take(gpointer data, gint n, const gfloat *image, GError **error) {
  Drawing *drawing = data;

  g_ptr_array_add(drawing->pictures, g_memdup2(image, drawing->options->engine->image_count * sizeof *image));
  return TRUE;
}

/* A WorkerFunction of a Drawing. */
static gboolean draw(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Drawing *drawing = data;
  FlowOptions *options = drawing->options;
  gboolean ok = engine_open(&options->engine, options->model, 0, tell, tell_data, error) &&
                mix_samples(options->engine, (guint64)options->alone.seed, drawing->count, options->alone.truncation, take,
                            drawing, error);

  if (options->engine)
    engine_watch(options->engine, NULL, NULL); /* the worker ends */
  return ok;
}

static gint columns_of(gint count) { return (gint)ceil(sqrt(count)); }

/* ---------------------------------------------------------------------------------------------- image */

/* Number `n`, at x, y. */
static gboolean add_layer(ImageRef image, const Procedure *procedure, const FlowOptions *options, gint n, gint x, gint y,
                          const gfloat *square) {
  gint size = options->engine->info->size;
  gchar *name = options->alone.count > 1 ? g_strdup_printf(_("%s %d (seed %d)"), _(procedure->title), n + 1, options->alone.seed)
                                         : g_strdup_printf(_("%s (seed %d)"), _(procedure->title), options->alone.seed);
  LayerRef layer = gimp_layer_new(image, name, size, size, GIMP_RGB_IMAGE, 100, GIMP_LAYER_MODE_NORMAL);
  GeglBuffer *buffer = layer_buffer_of_square(square, size, babl_format("R'G'B' float"));

  if (layer != NO_ITEM) {
    pixels_write(AS_DRAWABLE(layer), buffer);
    gimp_image_insert_layer(image, layer, AS_LAYER(NO_ITEM), n);
    gimp_layer_set_offsets(layer, x, y);
  }
  g_object_unref(buffer);
  g_free(name);
  return layer != NO_ITEM;
}

static gboolean make_image(Alone *call, const GPtrArray *pictures, GError **error) {
  FlowOptions *options = call->options;
  gint size = options->engine->info->size, columns = options->alone.sheet ? columns_of(options->alone.count) : 1;
  gint lines = options->alone.sheet ? (options->alone.count + columns - 1) / columns : 1;
  ImageRef image = gimp_image_new(size * columns, size * lines, GIMP_RGB);
  gboolean ok = image != NO_ITEM;

  if (ok)
    gimp_image_undo_disable(image);
  for (gint n = 0; n < options->alone.count && ok; n++)
    ok = add_layer(image, call->procedure, options, n, options->alone.sheet ? n % columns * size : 0,
                   options->alone.sheet ? n / columns * size : 0, pictures->pdata[n]);
  if (!ok) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, _("GIMP could not make a new image."));
    if (image != NO_ITEM)
      gimp_image_delete(image);
    return FALSE;
  }
  origin_write(image, options->engine, TRUE);
  gimp_image_undo_enable(image);
  call->image = image;
  return TRUE;
}

/* --------------------------------------------------------------------------------------------- dialog */

#define SHOWN 360   /* pixels of the screen */
#define MOST_SHOWN 25 /* pictures */
#define RESTING 150 /* milliseconds */

typedef struct {
  Alone *call;
  GtkWidget *dialog, *picture, *status, *model;
  GtkAdjustment *seed;
  gdouble seed_value;
  Worker *worker;
  Drawing drawing;
  guint later; /* the source that draws */
} Dialog;

static void show_pictures(Dialog *self) {
  GPtrArray *pictures = self->drawing.pictures;
  gint columns = columns_of((gint)pictures->len), side = SHOWN / columns, size = self->call->options->engine->info->size;
  GdkPixbuf *sheet = gdk_pixbuf_new(GDK_COLORSPACE_RGB, TRUE, 8, SHOWN, SHOWN);

  gdk_pixbuf_fill(sheet, 0);
  for (guint n = 0; n < pictures->len; n++)
    model_sheet_put(sheet, pictures->pdata[n], size, (gint)n % columns * side, (gint)n / columns * side, side - (columns > 1));
  gtk_image_set_from_pixbuf(GTK_IMAGE(self->picture), sheet);
  g_object_unref(sheet);
}

/* A WorkerFunction of a Dialog. */
static gboolean draw_dialog(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  return draw(&((Dialog *)data)->drawing, tell, tell_data, error);
}

static void drawn(gpointer data, const GError *error) {
  Dialog *self = data;

  if (error) {
    hint_set(self->status, HINT_ERROR, error->message);
  } else {
    gint left = self->call->options->alone.count - (gint)self->drawing.pictures->len;
    gchar *text = left > 0 ? g_strdup_printf(_("And %d more."), left) : g_strdup(_("Pictures of people that never were."));

    show_pictures(self);
    hint_set(self->status, HINT_INFO, text);
    g_free(text);
  }
  gtk_dialog_set_response_sensitive(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK, error == NULL);
}

static void stop(Dialog *self) {
  if (self->later)
    g_source_remove(self->later);
  self->later = 0;
  worker_free(self->worker);
  self->worker = NULL;
  g_clear_pointer(&self->drawing.pictures, g_ptr_array_unref);
}

static gboolean start(gpointer data) {
  Dialog *self = data;

  self->later = 0;
  stop(self);
  self->drawing = (Drawing){self->call->options, MIN(self->call->options->alone.count, MOST_SHOWN),
                            g_ptr_array_new_with_free_func(g_free)};
  self->worker = worker_start(draw_dialog, drawn, self);
  return G_SOURCE_REMOVE;
}

static void start_later(Dialog *self) {
  self->call->options->alone.seed = (gint)self->seed_value;
  if (self->later)
    g_source_remove(self->later);
  self->later = g_timeout_add(RESTING, start, self);
}

static void another(GtkWidget *button, Dialog *self) {
  gdouble seed = gtk_adjustment_get_value(self->seed);

  gtk_adjustment_set_value(self->seed, seed < G_MAXINT32 ? seed + 1 : 0);
}

static void model_changed(gpointer data) {
  Dialog *self = data;

  stop(self); /* it reads the name */
  g_free(self->call->options->model);
  self->call->options->model = model_chooser_get(self->model);
  start_later(self);
}

static GtkAdjustment *attach_number(GtkWidget *table, const gchar *text, gdouble value, ArgumentId id, GtkWidget *beside,
                                    const gchar *tooltip) {
  const Argument *argument = procedures_argument(id);
  GtkAdjustment *number = GTK_ADJUSTMENT(gtk_adjustment_new(value, argument->minimum, argument->maximum, 1, 10, 0));
  GtkWidget *spin = gtk_spin_button_new(number, 1, 0), *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_spin_button_set_numeric(GTK_SPIN_BUTTON(spin), TRUE);
  gtk_entry_set_activates_default(GTK_ENTRY(spin), TRUE);
  gimp_help_set_help_data(spin, tooltip, NULL);
  gtk_box_pack_start(GTK_BOX(box), spin, FALSE, FALSE, 0);
  if (beside)
    gtk_box_pack_start(GTK_BOX(box), beside, FALSE, FALSE, 0);
  gtk_label_set_mnemonic_widget(GTK_LABEL(table_attach(table, text, box, FALSE)), spin);
  return number;
}

static void add_rows(Dialog *self, GtkWidget *table) {
  static const TableScale truncation = {0, 2, 1, 0.01, 2, NULL};
  FlowOptions *options = self->call->options;
  GtkWidget *button = gtk_button_new_with_mnemonic(_("_Another")), *sheet;
  GtkAdjustment *count;

  self->model = model_chooser_new(options->model, FALSE, FALSE, model_changed, self);
  g_free(options->model);
  options->model = model_chooser_get(self->model);
  table_attach(table, _("_Model:"), self->model, FALSE);
  gimp_help_set_help_data(button, _("The next seed."), NULL);
  self->seed_value = options->alone.seed;
  self->seed = attach_number(table, _("_Seed:"), self->seed_value, ARGUMENT_SEED, button,
                             _("Which pictures: the same number gives the same ones, here and everywhere."));
  g_signal_connect(self->seed, "value-changed", G_CALLBACK(gimp_double_adjustment_update), &self->seed_value);
  g_signal_connect_swapped(self->seed, "value-changed", G_CALLBACK(start_later), self);
  g_signal_connect(button, "clicked", G_CALLBACK(another), self);
  g_signal_connect_swapped(table_attach_scale(table, _("_Variety:"), &truncation, NULL, &options->alone.truncation,
                                              _("Near 0 all look like the mean picture; the higher, the freer and the worse. "
                                                "(Truncation)"),
                                              NULL),
                           "value-changed", G_CALLBACK(start_later), self);
  count = attach_number(table, _("Pic_tures:"), options->alone.count, ARGUMENT_COUNT, NULL, _("How many, a layer each."));
  g_signal_connect(count, "value-changed", G_CALLBACK(gimp_int_adjustment_update), &options->alone.count);
  g_signal_connect_swapped(count, "value-changed", G_CALLBACK(start_later), self);
  sheet = gtk_check_button_new_with_mnemonic(_("Co_ntact sheet"));
  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(sheet), options->alone.sheet);
  gimp_help_set_help_data(sheet, _("Lays the layers side by side, not over each other."), NULL);
  g_signal_connect(sheet, "toggled", G_CALLBACK(gimp_toggle_button_update), &options->alone.sheet);
  table_attach(table, "", sheet, FALSE);
}

static gboolean run_dialog(Alone *call) {
  Dialog self = {.call = call};
  GtkSizeGroup *labels;
  GtkWidget *all, *left, *right, *table;
  gboolean ok;

  compat_ui_init("gimp-stylemap");
  labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
  all = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
  self.dialog = alone_dialog(call, all, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK);
  gtk_window_set_resizable(GTK_WINDOW(self.dialog), FALSE);
  left = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  right = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_pack_start(GTK_BOX(all), left, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(all), right, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(left), table = table_new(labels), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(right), self.picture = gtk_image_new(), TRUE, TRUE, 0);
  gtk_widget_set_size_request(self.picture, SHOWN, SHOWN);
  gtk_box_pack_start(GTK_BOX(right), self.status = hint_new(SHOWN - 24, 1), FALSE, FALSE, 0);
  add_rows(&self, table);
  gtk_widget_show_all(self.dialog);
  gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(GTK_DIALOG(self.dialog), GTK_RESPONSE_OK));
  start(&self);
  ok = gimp_dialog_run(GIMP_DIALOG(self.dialog)) == GTK_RESPONSE_OK;
  stop(&self);
  gtk_widget_destroy(self.dialog);
  g_object_unref(labels);
  return ok;
}

/* ------------------------------------------------------------------------------------------------ run */

gboolean random_run(Alone *call, GError **error) {
  Drawing drawing = {.options = call->options};
  gboolean ok;

  if (!alone_ask(call, run_dialog, error))
    return FALSE;
  drawing.count = call->options->alone.count;
  drawing.pictures = g_ptr_array_new_with_free_func(g_free);
  ok = alone_work(call, draw, &drawing, error) && make_image(call, drawing.pictures, error);
  g_ptr_array_unref(drawing.pictures);
  return ok;
}
