/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is installed, and whether it works: for the user and for those who help. */
#include "gimp/alone.h"
#include "gimp/dialog.h"
#include "gimp/hint.h"
#include "host/selfcheck.h"
#include "host/settings.h"
#include "host/worker.h"
#include <glib/gi18n-lib.h>

typedef struct {
  gchar *host, *text; /* g_free */
  gboolean ok;
} Check;

/* A WorkerFunction of a Check. */
static gboolean check(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  Check *work = data;

  work->text = selfcheck_run(work->host, tell, tell_data, &work->ok);
  return TRUE;
}

/* --------------------------------------------------------------------------------------------- dialog */

enum { RESPONSE_COPY = 1, WIDTH = 560, HEIGHT = 280 };

typedef struct {
  Check *work;
  GtkWidget *dialog, *verdict;
  GtkTextBuffer *text;
} Dialog;

/* A WorkerFunction of a Dialog. */
static gboolean check_dialog(gpointer data, stylemap_progress tell, gpointer tell_data, GError **error) {
  return check(((Dialog *)data)->work, tell, tell_data, error);
}

static void checked(gpointer data, const GError *error) {
  Dialog *self = data;

  gtk_text_buffer_set_text(self->text, self->work->text, -1);
  hint_set(self->verdict, self->work->ok ? HINT_INFO : HINT_ERROR,
           self->work->ok ? _("StyleMap works here.")
                          : _("Something is wrong: see the last line. Copy the text when you ask for help."));
  gtk_dialog_set_response_sensitive(GTK_DIALOG(self->dialog), RESPONSE_COPY, TRUE);
}

/* The one setting that all edits share, wherever the picture is written: kept at once. */
static void provenance_toggled(GtkToggleButton *button, gpointer unused) {
  gboolean wanted = gtk_toggle_button_get_active(button);
  GError *error = NULL;

  if (settings_set_provenance(wanted, &error))
    return;
  g_signal_handlers_block_by_func(button, provenance_toggled, NULL);
  gtk_toggle_button_set_active(button, !wanted);
  g_signal_handlers_unblock_by_func(button, provenance_toggled, NULL);
  gimp_message(error->message);
  g_error_free(error);
}

static GtkWidget *new_provenance(void) {
  GtkWidget *button = gtk_check_button_new_with_mnemonic(_("_Say in pictures that a model drew in them (XMP)"));

  gtk_toggle_button_set_active(GTK_TOGGLE_BUTTON(button), settings_provenance());
  gimp_help_set_help_data(button,
                          _("Edits write into the image's XMP that a model drew in it, and which, for files that are exported with XMP. "
                            "The command stylemap keeps to this, too."),
                          NULL);
  g_signal_connect(button, "toggled", G_CALLBACK(provenance_toggled), NULL);
  return button;
}

static void run_dialog(const Alone *call, Check *work) {
  Dialog self = {.work = work};
  GtkWidget *box, *scrolled, *view;
  Worker *worker;

  compat_ui_init("gimp-stylemap");
  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12);
  self.dialog = alone_dialog(call, box, _("Cop_y"), RESPONSE_COPY, _("_Close"), GTK_RESPONSE_CLOSE);
  gtk_dialog_set_response_sensitive(GTK_DIALOG(self.dialog), RESPONSE_COPY, FALSE);
  self.text = gtk_text_buffer_new(NULL);
  gtk_text_buffer_set_text(self.text, work->host, -1);
  view = gtk_text_view_new_with_buffer(self.text);
  gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
  gtk_text_view_set_wrap_mode(GTK_TEXT_VIEW(view), GTK_WRAP_WORD_CHAR);
  scrolled = gtk_scrolled_window_new(NULL, NULL);
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_shadow_type(GTK_SCROLLED_WINDOW(scrolled), GTK_SHADOW_IN);
  gtk_widget_set_size_request(scrolled, WIDTH, HEIGHT);
  gtk_container_add(GTK_CONTAINER(scrolled), view);
  gtk_box_pack_start(GTK_BOX(box), scrolled, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(box), self.verdict = hint_new(WIDTH - 24, 1), FALSE, FALSE, 0);
  hint_set(self.verdict, HINT_INFO, _("Drawing pictures for a second…"));
  gtk_box_pack_start(GTK_BOX(box), new_provenance(), FALSE, FALSE, 0);
  gtk_widget_show_all(self.dialog);
  gtk_widget_grab_focus(gtk_dialog_get_widget_for_response(GTK_DIALOG(self.dialog), GTK_RESPONSE_CLOSE));
  worker = worker_start(check_dialog, checked, &self);
  while (gimp_dialog_run(GIMP_DIALOG(self.dialog)) == RESPONSE_COPY) {
    GtkClipboard *clipboard = gtk_clipboard_get(GDK_SELECTION_CLIPBOARD);

    gtk_clipboard_set_text(clipboard, work->text, -1);
    gtk_clipboard_store(clipboard); /* this process ends */
  }
  worker_free(worker);
  gtk_widget_destroy(self.dialog);
  g_object_unref(self.text);
}

/* ------------------------------------------------------------------------------------------------ run */

gboolean about_run(Alone *call, GError **error) {
  Check work = {.host = g_strdup_printf("GIMP: %s\n", gimp_version())};
  gboolean ok = TRUE;

  if (call->mode == GIMP_RUN_NONINTERACTIVE)
    ok = alone_work(call, check, &work, error);
  else
    run_dialog(call, &work);
  call->text = work.text ? work.text : g_strdup(work.host);
  g_free(work.host);
  return ok;
}
