/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/model-chooser.h"
#include "host/models.h"
#include <glib/gi18n-lib.h>

enum { COLUMN_LABEL, COLUMN_MODEL, COLUMN_KIND, N_COLUMNS };
enum { KIND_MODEL, KIND_SEPARATOR, KIND_OTHER };

typedef struct {
  GtkWidget *combo;
  GtkListStore *store;
  gchar *model; /* the choice */
  void (*changed)(gpointer data);
  gpointer data;
} Chooser;

static gboolean is_separator(GtkTreeModel *store, GtkTreeIter *iter, gpointer data) {
  gint kind;

  gtk_tree_model_get(store, iter, COLUMN_KIND, &kind, -1);
  return kind == KIND_SEPARATOR;
}

/* Selects the line of `model`; FALSE if there is none. */
static gboolean select_model(Chooser *chooser, const gchar *model) {
  GtkTreeModel *store = GTK_TREE_MODEL(chooser->store);
  GtkTreeIter iter;

  for (gboolean more = gtk_tree_model_get_iter_first(store, &iter); more;
       more = gtk_tree_model_iter_next(store, &iter)) {
    gchar *value;
    gint kind;

    gtk_tree_model_get(store, &iter, COLUMN_MODEL, &value, COLUMN_KIND, &kind, -1);
    if (kind == KIND_MODEL && g_strcmp0(value, model) == 0) {
      g_free(value);
      gtk_combo_box_set_active_iter(GTK_COMBO_BOX(chooser->combo), &iter);
      return TRUE;
    }
    g_free(value);
  }
  return FALSE;
}

/* A file that is not one of the installed ones comes first in the list. */
static void add_file(Chooser *chooser, const gchar *path) {
  gchar *label = g_path_get_basename(path);

  gtk_list_store_insert_with_values(chooser->store, NULL, 0, COLUMN_LABEL, label, COLUMN_MODEL, path, COLUMN_KIND,
                                    KIND_MODEL, -1);
  g_free(label);
}

static void choose_file(Chooser *chooser) {
  GtkWidget *dialog;
  GtkFileFilter *filter = gtk_file_filter_new();
  gchar *path = NULL;

  dialog = gtk_file_chooser_dialog_new(_("Open a StyleMap Model"), GTK_WINDOW(gtk_widget_get_toplevel(chooser->combo)),
                                       GTK_FILE_CHOOSER_ACTION_OPEN, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Open"),
                                       GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
  gtk_file_filter_set_name(filter, _("Models (*.safetensors, *.pt)"));
  gtk_file_filter_add_pattern(filter, "*.safetensors");
  gtk_file_filter_add_pattern(filter, "*.pt");
  gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(dialog), filter);
  if (g_path_is_absolute(chooser->model))
    gtk_file_chooser_set_filename(GTK_FILE_CHOOSER(dialog), chooser->model);
  else
    gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(dialog), g_get_home_dir());
  if (gtk_dialog_run(GTK_DIALOG(dialog)) == GTK_RESPONSE_ACCEPT)
    path = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(dialog));
  gtk_widget_destroy(dialog);

  if (path) {
    if (!select_model(chooser, path)) {
      add_file(chooser, path);
      select_model(chooser, path);
    }
    g_free(path);
  } else if (!select_model(chooser, chooser->model)) {
    gtk_combo_box_set_active(GTK_COMBO_BOX(chooser->combo), -1);
  }
}

static void combo_changed(GtkWidget *combo, Chooser *chooser) {
  GtkTreeIter iter;
  gchar *model;
  gint kind;

  if (!gtk_combo_box_get_active_iter(GTK_COMBO_BOX(combo), &iter))
    return;
  gtk_tree_model_get(GTK_TREE_MODEL(chooser->store), &iter, COLUMN_MODEL, &model, COLUMN_KIND, &kind, -1);
  if (kind == KIND_OTHER) {
    choose_file(chooser); /* comes back here with a model's line */
  } else if (g_strcmp0(model, chooser->model) != 0) {
    g_free(chooser->model);
    chooser->model = g_strdup(model);
    chooser->changed(chooser->data);
  }
  g_free(model);
}

static void chooser_free(gpointer data) {
  Chooser *chooser = data;

  g_object_unref(chooser->store);
  g_free(chooser->model);
  g_free(chooser);
}

/* Which line to begin with: "" is the line that leaves the choice to the picture, or, where there is none, a model that
 * models.h finds, and its name is more use than "default". */
static void select_first(Chooser *chooser, const gchar *model, gboolean insist) {
  gchar *path = NULL, *name;

  if (select_model(chooser, model))
    return;
  if (!(path = models_find(model, NULL)) && insist) {
    add_file(chooser, model);
    select_model(chooser, model);
    return;
  }
  if (!path && !(path = models_find("", NULL)))
    return;
  name = g_path_get_basename(path);
  if (g_str_has_suffix(name, ".safetensors"))
    name[strlen(name) - strlen(".safetensors")] = '\0';
  else if (g_str_has_suffix(name, ".pt"))
    name[strlen(name) - strlen(".pt")] = '\0';
  gchar *found = models_find(name, NULL);
  if (g_strcmp0(found, path) != 0 || !select_model(chooser, name)) {
    add_file(chooser, path);
    select_model(chooser, path);
  }
  g_free(found);
  g_free(name);
  g_free(path);
}

GtkWidget *model_chooser_new(const gchar *model, gboolean by_picture, gboolean insist, void (*changed)(gpointer data), gpointer data) {
  Chooser *chooser = g_new0(Chooser, 1);
  GtkCellRenderer *cell = gtk_cell_renderer_text_new();
  gchar **names = models_list(), **free_choice = by_picture ? models_free_choice("") : NULL;

  chooser->store = gtk_list_store_new(N_COLUMNS, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);
  chooser->combo = gtk_combo_box_new_with_model(GTK_TREE_MODEL(chooser->store));
  chooser->model = g_strdup("");
  if (free_choice && g_strv_length(free_choice) > 1)
    gtk_list_store_insert_with_values(chooser->store, NULL, -1, COLUMN_LABEL, _("The one that knows the picture"),
                                      COLUMN_MODEL, "", COLUMN_KIND, KIND_MODEL, -1);
  g_strfreev(free_choice);
  for (gchar **name = names; *name; name++)
    gtk_list_store_insert_with_values(chooser->store, NULL, -1, COLUMN_LABEL, *name, COLUMN_MODEL, *name, COLUMN_KIND,
                                      KIND_MODEL, -1);
  if (*names)
    gtk_list_store_insert_with_values(chooser->store, NULL, -1, COLUMN_KIND, KIND_SEPARATOR, -1);
  gtk_list_store_insert_with_values(chooser->store, NULL, -1, COLUMN_LABEL, _("Other file…"), COLUMN_KIND, KIND_OTHER,
                                    -1);
  g_strfreev(names);

  g_object_set(cell, "ellipsize", PANGO_ELLIPSIZE_MIDDLE, NULL);
  gtk_cell_layout_pack_start(GTK_CELL_LAYOUT(chooser->combo), cell, TRUE);
  gtk_cell_layout_set_attributes(GTK_CELL_LAYOUT(chooser->combo), cell, "text", COLUMN_LABEL, NULL);
  gtk_combo_box_set_row_separator_func(GTK_COMBO_BOX(chooser->combo), is_separator, NULL, NULL);
  gimp_help_set_help_data(chooser->combo,
                          _("The network that edits. Each knows only the kind of picture that it was "
                            "trained on."),
                          NULL);

  select_first(chooser, model, insist);
  GtkTreeIter iter;
  if (gtk_combo_box_get_active_iter(GTK_COMBO_BOX(chooser->combo), &iter)) {
    g_free(chooser->model);
    gtk_tree_model_get(GTK_TREE_MODEL(chooser->store), &iter, COLUMN_MODEL, &chooser->model, -1);
  }
  chooser->changed = changed;
  chooser->data = data;
  g_signal_connect(chooser->combo, "changed", G_CALLBACK(combo_changed), chooser);
  g_object_set_data_full(G_OBJECT(chooser->combo), "chooser", chooser, chooser_free);
  return chooser->combo;
}

gchar *model_chooser_get(GtkWidget *combo) {
  Chooser *chooser = g_object_get_data(G_OBJECT(combo), "chooser");

  return g_strdup(chooser->model);
}
