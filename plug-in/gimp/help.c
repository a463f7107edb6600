/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/help.h"
#include "gimp/compat.h"
#include "gimp/procedures.h"
#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

static const gchar *text_of(EditKind kind) {
  switch (kind) {
  case EDIT_RECONSTRUCT:
    return _("<b>What it does</b>\n"
             "The model looks at the layer, remembers it as a style map and draws it again, on a new layer. What is "
             "lost here is lost in every edit with this model, unless it is refined.");
  case EDIT_INTERPOLATE:
    return _("<b>What it does</b>\n"
             "Draws pictures at equal steps between two layers, each on a new layer, the first one lowest. Watch them "
             "with Filters > Animation > Playback (hide the other layers), or export them as an animated GIF.");
  default:
    return _("<b>What it does</b>\n"
             "Takes what the selection covers from the reference layer and makes it fit into the target: select a "
             "mouth, choose a picture with another mouth, press OK.\n\n"
             "<b>Step by step</b>\n"
             "1. Open the picture to edit. Then open the other one with File > Open as Layers.\n"
             "2. Click the layer to edit in the Layers dialog.\n"
             "3. Select what is to be replaced.\n"
             "4. Choose Filters > StyleMap > StyleMap Transplant.\n\n"
             "Both pictures should show the same kind of thing at the same place: faces with the eyes at the same "
             "height, for example.");
  }
}

void help_show(const gchar *help_id, gpointer data) {
  const Procedure *procedure = help_id ? procedures_find(help_id) : NULL;
  GtkWidget *dialog, *box, *label;
  gchar *markup;

  if (!procedure)
    procedure = procedures_nth(0);
  markup = g_strconcat(text_of(procedure->kind), "\n\n",
                       procedure->kind == EDIT_INTERPOLATE
                           ? ""
                           : _("<b>Refine</b>\n"
                               "A model may show only something like your picture: closed eyes open, a beard is a "
                               "shadow. Refine searches for styles that show the picture itself. The new layer's name "
                               "tells how far off it was before and is now (MSE, 0 is perfect).\n\n"),
                       _("<b>What it changes</b>\n"
                         "Only the square in the middle of the layer can change: the model sees nothing else. The "
                         "result is a new layer; the selection becomes its layer mask, so you can still paint the "
                         "borders, lower the opacity or undo. The layer itself stays as it is. Where no layer above it "
                         "could show the edit and nothing else, the result is a copy of it with the edit in it, and the layer "
                         "is hidden.\n\n"
                         "<b>Models</b>\n"
                         "A model knows only what it was trained on. The dialog says what that is, and warns when the "
                         "picture shows something else. Put other models (.safetensors or .pt) into the folder "
                         "<tt>~/.local/share/stylemap/models</tt>, or choose Other file in the dialog."),
                       NULL);

  dialog =
      gtk_dialog_new_with_buttons(_("StyleMap Help"), NULL, GTK_DIALOG_MODAL, _("_Close"), GTK_RESPONSE_CLOSE, NULL);
  label = gtk_label_new(NULL);
  gtk_label_set_markup(GTK_LABEL(label), markup);
  gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
  gtk_widget_set_size_request(label, 460, -1);
  compat_label_top_left(label);
  box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  gtk_container_set_border_width(GTK_CONTAINER(box), 12);
  gtk_box_pack_start(GTK_BOX(box), label, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(gtk_dialog_get_content_area(GTK_DIALOG(dialog))), box, TRUE, TRUE, 0);
  gtk_window_set_resizable(GTK_WINDOW(dialog), FALSE);
  gtk_window_set_position(GTK_WINDOW(dialog), GTK_WIN_POS_MOUSE);
  gtk_dialog_set_default_response(GTK_DIALOG(dialog), GTK_RESPONSE_CLOSE);
  gtk_widget_show_all(dialog);
  gtk_dialog_run(GTK_DIALOG(dialog));
  gtk_widget_destroy(dialog);
  g_free(markup);
}
