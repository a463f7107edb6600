/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model from elsewhere into the user's list. */
#include "gimp/about.h"
#include "gimp/alone.h"
#include "gimp/dialog.h"
#include "gimp/hint.h"
#include "gimp/table.h"
#include "host/import.h"
#include <glib/gi18n-lib.h>

#define HINT_WIDTH 420

/* ---------------------------------------------------------------------------------------------- work */

typedef struct {
  const gchar *file, *target;
  ImportReport report;
} Work;

/* A WorkerFunction of a Work. */
static gboolean convert(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Work *work = data;

  return import_model(work->file, work->target, tell, tell_data, &work->report, error);
}

/* What the model will lie in, or NULL with a sentence. */
static gchar *target_of(const FlowOptions *options, GError **error) {
  gchar *name, *target;

  if (!*options->alone.file) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("No model's file was named."));
    return NULL;
  }
  name = *options->alone.name ? g_strdup(options->alone.name) : import_name(options->alone.file);
  target = import_target(name, error);
  g_free(name);
  return target;
}

/* --------------------------------------------------------------------------------------------- dialog */

typedef struct {
  Alone *call;
  GtkWidget *dialog, *name, *about, *fault;
} Dialog;

/* What the file is, beyond what about_model says. */
static gchar *form_of(const gchar *path) {
  static const gchar *const forms[] = {N_("a checkpoint of PyTorch, old form"), N_("a checkpoint of PyTorch"),
                                       N_("a .safetensors file")};
  stylemap_model *model = NULL;
  gchar *text = NULL, *size, *after;

  if (stylemap_inspect(path, &model, NULL) == STYLEMAP_OK) {
    const stylemap_info *info = stylemap_model_info(model);

    size = g_format_size(info->bytes);
    after = g_format_size(2 * info->parameters);
    text = g_strdup_printf(_("It is %s of %s with %s numbers; about %s will be written."), _(forms[info->form]), size,
                           info->dtype, after);
    g_free(size);
    g_free(after);
  }
  stylemap_close(model);
  return text;
}

static void look(Dialog *self) {
  const FlowOptions *options = self->call->options;
  AboutModel about = {0};
  GError *error = NULL;
  gchar *target = NULL;
  gboolean ok = FALSE;

  if (!*options->alone.file) {
    hint_set(self->about, HINT_INFO, _("Choose a StyleMapGAN model: a checkpoint (.pt) or a .safetensors file."));
  } else if (!about_model(options->alone.file, &about, &error)) {
    hint_set(self->about, HINT_ERROR, error->message);
  } else {
    gchar *form = form_of(options->alone.file), *markup;

    markup = g_markup_printf_escaped("\n<small>%s%s</small>", form ? form : "",
                                     about.licence ? "" : _("\nIts file does not say under which licence it is: ask who made it "
                                                            "before you publish pictures."));
    g_free(form);
    form = g_strconcat(about.markup, markup, NULL);
    hint_set_markup(self->about, about.licence ? HINT_INFO : HINT_WARNING, form);
    g_free(form);
    g_free(markup);
    ok = TRUE;
  }
  g_clear_error(&error);
  if (ok)
    target = target_of(options, &error);
  hint_set(self->fault, HINT_ERROR, error ? error->message : NULL);
  gtk_dialog_set_response_sensitive(GTK_DIALOG(self->dialog), GTK_RESPONSE_OK, target != NULL);
  g_clear_error(&error);
  g_free(target);
  about_model_clear(&about);
}

static void name_changed(GtkEditable *entry, Dialog *self) {
  g_free(self->call->options->alone.name);
  self->call->options->alone.name = gtk_editable_get_chars(entry, 0, -1);
  look(self);
}

static void file_set(GtkFileChooserButton *button, Dialog *self) {
  gchar *file = gtk_file_chooser_get_filename(GTK_FILE_CHOOSER(button)), *name;

  if (!file)
    return;
  g_free(self->call->options->alone.file);
  self->call->options->alone.file = file;
  name = import_name(file);
  gtk_entry_set_text(GTK_ENTRY(self->name), name);
  g_free(name);
  look(self);
}

/* Begins in the folder of the last one. */
static GtkWidget *new_button(Dialog *self) {
  GtkWidget *button = gtk_file_chooser_button_new(_("Import a StyleMap Model"), GTK_FILE_CHOOSER_ACTION_OPEN);
  GtkFileFilter *filter = gtk_file_filter_new();
  gchar *folder = g_path_get_dirname(self->call->options->alone.file);

  gtk_file_filter_set_name(filter, _("Models (*.safetensors, *.pt)"));
  for (gsize i = 0; i < 4; i++)
    gtk_file_filter_add_pattern(filter, ((const gchar *[]){"*.safetensors", "*.pt", "*.pth", "*.ckpt"})[i]);
  gtk_file_chooser_add_filter(GTK_FILE_CHOOSER(button), filter);
  gtk_file_chooser_set_current_folder(GTK_FILE_CHOOSER(button), *self->call->options->alone.file ? folder : g_get_home_dir());
  g_signal_connect(button, "file-set", G_CALLBACK(file_set), self);
  g_free(folder);
  return button;
}

static gboolean run_dialog(Alone *call) {
  Dialog self = {.call = call};
  GtkSizeGroup *labels;
  GtkWidget *box, *table, *button;
  gboolean ok;

  compat_ui_init("gimp-stylemap");
  labels = gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL);
  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  self.dialog = alone_dialog(call, box, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Import"), GTK_RESPONSE_OK);
  gtk_box_pack_start(GTK_BOX(box), table = table_new(labels), FALSE, FALSE, 0);
  button = new_button(&self);
  gtk_label_set_mnemonic_widget(GTK_LABEL(table_attach(table, _("_File:"), button, FALSE)), button);
  self.name = gtk_entry_new();
  gtk_entry_set_activates_default(GTK_ENTRY(self.name), TRUE);
  gimp_help_set_help_data(self.name, _("What it is called in StyleMap's list of models."), NULL);
  gtk_label_set_mnemonic_widget(GTK_LABEL(table_attach(table, _("_Name:"), self.name, FALSE)), self.name);
  gtk_box_pack_start(GTK_BOX(box), self.about = hint_new(HINT_WIDTH, 6), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self.fault = hint_new(HINT_WIDTH, 2), FALSE, FALSE, 0);
  gtk_widget_show_all(self.dialog);
  /* the file of last time tells only the folder: it is there already */
  g_free(call->options->alone.file);
  call->options->alone.file = g_strdup("");
  g_free(call->options->alone.name);
  call->options->alone.name = g_strdup("");
  g_signal_connect(self.name, "changed", G_CALLBACK(name_changed), &self);
  look(&self);
  ok = gimp_dialog_run(GIMP_DIALOG(self.dialog)) == GTK_RESPONSE_OK;
  gtk_widget_destroy(self.dialog);
  g_object_unref(labels);
  return ok;
}

/* ------------------------------------------------------------------------------------------------ run */

gboolean import_run(Alone *call, GError **error) {
  Work work = {0};
  gchar *target;
  gboolean ok;

  if (!alone_ask(call, run_dialog, error) || !(target = target_of(call->options, error)))
    return FALSE;
  work.file = call->options->alone.file;
  work.target = target;
  ok = alone_work(call, convert, &work, error);
  if (ok && call->mode != GIMP_RUN_NONINTERACTIVE) {
    gchar *name = import_name(target), *size = g_format_size(work.report.bytes);
    gchar *text = g_strdup_printf(_("The model %s is in the list of models now (%s, in %s)."), name, size, target);

    gimp_message(text);
    g_free(text);
    g_free(size);
    g_free(name);
  }
  if (ok)
    call->text = g_steal_pointer(&target);
  g_free(target);
  return ok;
}
