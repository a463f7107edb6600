/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/dialog-parts.h"
#include "gimp/hint.h"
#include "gimp/table.h"
#include <glib/gi18n-lib.h>
#include <math.h>

#define MOST 20.0  /* what adjust_parse takes */
#define USUAL 4.0  /* as far as the sliders go, unless a script went further: mouths of the toon model turn there */
#define SHOWN 12   /* sliders without scrolling */
#define ROW 40     /* pixels that one takes, about */
#define NARROW_HINT 380

/* Of the directions that come with our models; others are shown by their files' own words. */
static const struct {
  const gchar *name, *label;
} known[] = {
    {"eyes-open", N_("Eyes open")},     {"wink", N_("Wink")},
    {"beard", N_("Beard")},             {"moustache", N_("Moustache")},
    {"hair-length", N_("Long hair")},   {"bun", N_("Hair in a bun")},
    {"hair-light", N_("Light hair")},   {"skin-light", N_("Light skin")},
    {"smile", N_("Smile")},             {"glasses", N_("Glasses")},
    {"hair-grey", N_("Grey hair")},     {"light-left", N_("Light from the left")},
    {"mouth-open", N_("Mouth open")},   {"laugh", N_("Laugh")},
    {"mouth-angry", N_("Angry mouth")},
};

static gchar *label_of(const gchar *name) {
  gchar **parts, *plain, *label;

  for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
    if (g_str_equal(known[i].name, name))
      return g_strdup_printf(_("%s:"), _(known[i].label));
  parts = g_strsplit(name, "_", -1);
  plain = g_strjoinv("__", parts); /* no mnemonic */
  label = g_strdup_printf(_("%s:"), plain);
  g_strfreev(parts);
  g_free(plain);
  return label;
}

/* What a text as adjust_parse takes it says of one direction; 0: nothing. */
static gdouble amount_in(const gchar *text, const gchar *name) {
  gchar **parts = g_strsplit(text, ",", -1);
  gdouble amount = 0;

  for (gchar **part = parts; *part; part++) {
    gchar *equals = strchr(*part, '=');

    if (!equals)
      continue;
    *equals = '\0';
    if (g_str_equal(g_strstrip(*part), name))
      amount = g_ascii_strtod(equals + 1, NULL);
  }
  g_strfreev(parts);
  return fabs(amount) <= MOST ? amount : 0; /* also what is not a number */
}

static void write_amounts(Dialog *self) {
  GString *text = g_string_new(NULL);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  for (gint i = 0; self->directions[i]; i++)
    if (self->amounts[i] != 0)
      g_string_append_printf(text, "%s%s=%s", text->len ? "," : "", self->directions[i],
                             g_ascii_formatd(number, sizeof number, "%.4g", self->amounts[i]));
  g_free(self->options->directions);
  self->options->directions = g_string_free(text, FALSE);
}

static void amount_changed(Dialog *self) {
  write_amounts(self);
  dialog_update_ok(self);
  dialog_ask(self, 0);
}

static void add_sliders(Dialog *self, GtkWidget *table) {
  for (gint i = 0; self->directions[i]; i++) {
    gchar *label = label_of(self->directions[i]);
    gdouble amount = self->amounts[i] = amount_in(self->options->directions, self->directions[i]);
    gdouble end = MAX(USUAL, ceil(fabs(amount)));
    TableScale scale = {-end, end, end, 0.05, 2, NULL};

    g_signal_connect_swapped(
        table_attach_scale(table, label, &scale, NULL, &self->amounts[i],
                           _("At 1 as pictures with it differ from those without, at -1 the other way."), NULL),
        "value-changed", G_CALLBACK(amount_changed), self);
    g_free(label);
  }
}

void dialog_show_directions(Dialog *self) {
  GtkWidget *table, *scrolled;
  gchar *before;
  guint count;

  if (!self->sliders || !self->about.directions ||
      (self->directions && g_strv_equal((const gchar *const *)self->directions, (const gchar *const *)self->about.directions)))
    return;
  dialog_forget_directions(self);
  self->directions = g_strdupv(self->about.directions);
  count = g_strv_length(self->directions);
  self->amounts = g_new0(gdouble, count + 1);
  if (self->slider_rows)
    gtk_widget_destroy(self->slider_rows);
  table = table_new(self->labels);
  add_sliders(self, table);
  if (count > SHOWN) {
    GtkWidget *port = gtk_viewport_new(NULL, NULL);

    scrolled = gtk_scrolled_window_new(NULL, NULL);
    gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    compat_scroll_beside(scrolled); /* there are more than one sees */
    gtk_widget_set_size_request(scrolled, -1, SHOWN * ROW);
    gtk_viewport_set_shadow_type(GTK_VIEWPORT(port), GTK_SHADOW_NONE);
    gtk_container_add(GTK_CONTAINER(port), table);
    gtk_container_add(GTK_CONTAINER(scrolled), port);
    table = scrolled;
  }
  gtk_box_pack_start(GTK_BOX(self->sliders), self->slider_rows = table, FALSE, FALSE, 0);
  gtk_widget_show_all(table);
  hint_set(self->directions_hint, HINT_WARNING,
           count ? NULL
                 : _("This model brings nothing to change. \"stylemap direction learn\" finds directions in pictures, and "
                     "\"stylemap convert --direction\" adds them to its file."));
  before = g_strdup(self->options->directions);
  write_amounts(self); /* without what this model does not have */
  dialog_update_ok(self);
  if (!g_str_equal(before, self->options->directions))
    dialog_ask(self, 0);
  g_free(before);
  dialog_note_unmoved(self);
}

gboolean dialog_note_unmoved(Dialog *self) {
  if (!self->directions || !*self->directions || *self->options->directions)
    return FALSE;
  if (self->status)
    hint_set(self->status, HINT_INFO, _("Nothing is changed yet: move a slider."));
  return TRUE;
}

void dialog_add_directions(Dialog *self, GtkWidget *box) {
  self->sliders = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_pack_start(GTK_BOX(box), self->sliders, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(box), self->directions_hint = hint_new(NARROW_HINT, 0), FALSE, FALSE, 0);
}

void dialog_forget_directions(Dialog *self) {
  g_clear_pointer(&self->directions, g_strfreev);
  g_clear_pointer(&self->amounts, g_free);
}
