/* SPDX-License-Identifier: GPL-3.0-or-later
 * A direction from the pictures of two layer groups. */
#include "host/learn.h"
#include "gimp/alone.h"
#include "gimp/dialog.h"
#include "gimp/flow.h"
#include "gimp/hint.h"
#include "gimp/layer-chooser.h"
#include "gimp/model-chooser.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>

#define LEAST 2    /* pictures in a group */
#define ENOUGH 20
#define HINT_WIDTH 420

static gboolean is_group(DrawableRef layer, gpointer data) { return gimp_item_is_group(AS_ITEM(layer)); }

/* How many layers the group has; -1 and a sentence where it cannot be used. */
static gint count_layers(DrawableRef group, GError **error) {
  gint count;

  if (group == NO_ITEM || !gimp_item_is_valid(AS_ITEM(group)) || !is_group(group, NULL)) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                        _("Choose two layer groups: one with pictures of the thing, the other with pictures without it."));
    return -1;
  }
  g_free(compat_children(gimp_item_get_image(AS_ITEM(group)), AS_ITEM(group), &count));
  if (count >= LEAST)
    return count;
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("A group needs %d layers or more, each a picture; some %d are enough to trust what is learnt."),
              LEAST, ENOUGH);
  return -1;
}

static gboolean check(const FlowOptions *options, GError **error) {
  if (count_layers(options->alone.with, error) < 0 || count_layers(options->alone.without, error) < 0)
    return FALSE;
  if (options->alone.with != options->alone.without)
    return learn_check_name(options->alone.direction, error);
  g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The two layer groups are the same one."));
  return FALSE;
}

/* ---------------------------------------------------------------------------------------------- work */

typedef struct {
  FlowOptions *options;
  LearnRequest request;
  gchar *said;
} Work;

/* A WorkerFunction of a Work. */
static gboolean learn(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;

  work->said = learn_direction(&work->options->engine, &work->request, tell, tell_data, error);
  return work->said != NULL;
}

/* Every layer of the group as it is seen by itself, a group in it as one picture. */
static GPtrArray *copy_pictures(DrawableRef group) {
  GPtrArray *pictures = g_ptr_array_new_with_free_func(g_object_unref);
  gint count;
  ItemRef *items = compat_children(gimp_item_get_image(AS_ITEM(group)), AS_ITEM(group), &count);

  for (gint i = 0; i < count; i++)
    g_ptr_array_add(pictures, flow_copy_reference(AS_DRAWABLE(items[i]), NULL));
  g_free(items);
  return pictures;
}

/* --------------------------------------------------------------------------------------------- dialog */

typedef struct {
  Alone *call;
  GtkWidget *dialog, *model, *name, *with, *without, *fault;
  gboolean tried; /* OK was pressed: what is missing is an error from then on */
} Dialog;

static void look(Dialog *self) {
  FlowOptions *options = self->call->options;
  GError *error = NULL;
  gboolean ok;

  options->alone.with = layer_chooser_get(self->with);
  options->alone.without = layer_chooser_get(self->without);
  ok = check(options, &error);
  if (!ok) {
    hint_set(self->fault, self->tried ? HINT_ERROR : HINT_INFO, error->message);
  } else {
    gint least = MIN(count_layers(options->alone.with, NULL), count_layers(options->alone.without, NULL));
    gchar *text = least < ENOUGH ? g_strdup_printf(_("Of %d pictures each, chance decides much; %d are better."), least, ENOUGH) : NULL;

    hint_set(self->fault, HINT_WARNING, text);
    g_free(text);
  }
  g_clear_error(&error);
}

static void changed(gpointer data) { look(data); }

static void name_changed(GtkEditable *entry, Dialog *self) {
  g_free(self->call->options->alone.direction);
  self->call->options->alone.direction = gtk_editable_get_chars(entry, 0, -1);
  look(self);
}

static void model_changed(gpointer data) {
  Dialog *self = data;

  g_free(self->call->options->model);
  self->call->options->model = model_chooser_get(self->model);
}

static GtkWidget *attach_groups(Dialog *self, GtkWidget *table, const gchar *text, DrawableRef group, const gchar *tooltip) {
  GtkWidget *chooser = layer_chooser_new(is_group, changed, self);
  gint n_images;
  ImageRef *images = compat_images(&n_images);

  layer_chooser_fill(chooser, n_images ? images[0] : NO_ITEM);
  layer_chooser_set(chooser, group);
  gimp_help_set_help_data(chooser, tooltip, NULL);
  gtk_label_set_mnemonic_widget(GTK_LABEL(table_attach(table, text, chooser, FALSE)), chooser);
  g_free(images);
  return chooser;
}

static void add_rows(Dialog *self, GtkWidget *table) {
  FlowOptions *options = self->call->options;

  self->model = model_chooser_new(options->model, FALSE, FALSE, model_changed, self);
  g_free(options->model);
  options->model = model_chooser_get(self->model);
  table_attach(table, _("_Model:"), self->model, FALSE);
  self->name = gtk_entry_new();
  gtk_entry_set_text(GTK_ENTRY(self->name), options->alone.direction);
  gtk_entry_set_activates_default(GTK_ENTRY(self->name), TRUE);
  gimp_help_set_help_data(self->name, _("What its slider is called in StyleMap Adjust."), NULL);
  gtk_label_set_mnemonic_widget(GTK_LABEL(table_attach(table, _("_Name:"), self->name, FALSE)), self->name);
  self->with = attach_groups(self, table, _("_With it:"), options->alone.with,
                             _("The layer group whose pictures show the thing, as smiles."));
  self->without = attach_groups(self, table, _("With_out it:"), options->alone.without,
                                _("The layer group whose pictures do not, and are like the others otherwise."));
}

static gboolean run_dialog(Alone *call) {
  Dialog self = {.call = call};
  GtkSizeGroup *labels;
  GtkWidget *box, *table;
  gint response;

  compat_ui_init("gimp-stylemap");
  labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  self.dialog = alone_dialog(call, box, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Learn"), GTK_RESPONSE_OK);
  gtk_box_pack_start(GTK_BOX(box), table = table_new(labels), FALSE, FALSE, 0);
  add_rows(&self, table);
  gtk_box_pack_start(GTK_BOX(box), self.fault = hint_new(HINT_WIDTH, 2), FALSE, FALSE, 0);
  gtk_widget_show_all(self.dialog);
  g_signal_connect(self.name, "changed", G_CALLBACK(name_changed), &self);
  look(&self);
  while ((response = gimp_dialog_run(GIMP_DIALOG(self.dialog))) == GTK_RESPONSE_OK && !check(call->options, NULL)) {
    self.tried = TRUE;
    look(&self);
  }
  gtk_widget_destroy(self.dialog);
  g_object_unref(labels);
  return response == GTK_RESPONSE_OK;
}

/* ------------------------------------------------------------------------------------------------ run */

static gboolean some_image(GError **error) {
  gint n_images;

  g_free(compat_images(&n_images));
  if (n_images)
    return TRUE;
  g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED,
                      _("No image is open. Open one with two layer groups: pictures with the thing, and pictures without it."));
  return FALSE;
}

gboolean learn_run(Alone *call, GError **error) {
  FlowOptions *options = call->options;
  Work work = {.options = options};
  gboolean ok;

  if (!some_image(error) || !alone_ask(call, run_dialog, error) || !check(options, error))
    return FALSE;
  work.request = (LearnRequest){options->model, options->alone.direction, copy_pictures(options->alone.with),
                                copy_pictures(options->alone.without)};
  ok = alone_work(call, learn, &work, error);
  if (ok && call->mode != GIMP_RUN_NONINTERACTIVE)
    gimp_message(work.said);
  if (ok)
    call->text = g_steal_pointer(&work.said);
  g_free(work.said);
  g_ptr_array_unref((GPtrArray *)work.request.with);
  g_ptr_array_unref((GPtrArray *)work.request.without);
  return ok;
}
