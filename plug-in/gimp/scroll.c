/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/scroll.h"

/* What a screen's height has beside the two: a panel, the window's title, the dialog's border and its buttons. */
#define OUTSIDE 170
#define LEAST 240

static gint room(GtkWidget *column) {
  GdkScreen *screen = gtk_widget_get_screen(column);
  GdkWindow *window = gtk_widget_get_window(gtk_widget_get_toplevel(column));
  GdkRectangle monitor;

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* of GTK 3, for words that GTK 2 lacks */
  gdk_screen_get_monitor_geometry(screen, window ? gdk_screen_get_monitor_at_window(screen, window) : 0, &monitor);
  G_GNUC_END_IGNORE_DEPRECATIONS
  return MAX(monitor.height - OUTSIDE, LEAST);
}

static gint height_below(GtkWidget *scroll) {
  GtkRequisition wanted;

  compat_wanted_size(g_object_get_data(G_OBJECT(scroll), "below"), &wanted);
  return wanted.height > 0 ? wanted.height + SCROLL_SPACING : 0;
}

void scroll_fit(GtkWidget *scroll) {
  GtkWidget *column = g_object_get_data(G_OBJECT(scroll), "column");
  gint below = height_below(scroll), reserved = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(scroll), "reserved")), most;
  GtkRequisition wanted;
  GtkAllocation given;

  if (!reserved)
    g_object_set_data(G_OBJECT(scroll), "reserved", GINT_TO_POINTER(reserved = below));
  compat_wanted_size(column, &wanted);
  most = MAX(MIN(room(column), wanted.height + reserved) - below, LEAST);
  if (wanted.width != GPOINTER_TO_INT(g_object_get_data(G_OBJECT(scroll), "width"))) {
    g_object_set_data(G_OBJECT(scroll), "width", GINT_TO_POINTER(wanted.width));
    gtk_widget_queue_resize(scroll); /* GTK 2 asks nobody again whom somebody else has asked */
  }
  gtk_widget_get_allocation(scroll, &given); /* more than it asks for where something beside it is higher */
  gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroll), GTK_POLICY_NEVER,
                                 wanted.height > MAX(most, given.height) ? GTK_POLICY_ALWAYS : COMPAT_POLICY_NO_BAR);
  gtk_widget_set_size_request(scroll, -1, MIN(wanted.height, most));
}

static gboolean fit_now(gpointer scroll) {
  g_object_set_data(G_OBJECT(scroll), "source", NULL);
  scroll_fit(scroll);
  return G_SOURCE_REMOVE;
}

/* While sizes are settled none may be asked for. */
static void fit_later(GtkWidget *either, GtkAllocation *allocation, GtkWidget *scroll) {
  if (!g_object_get_data(G_OBJECT(scroll), "source"))
    g_object_set_data(G_OBJECT(scroll), "source",
                      GUINT_TO_POINTER(g_idle_add_full(G_PRIORITY_HIGH_IDLE, fit_now, scroll, NULL)));
}

static void destroyed(GtkWidget *scroll, gpointer data) {
  guint source = GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(scroll), "source"));

  if (source)
    g_source_remove(source);
  g_object_set_data(G_OBJECT(scroll), "source", NULL);
}

GtkWidget *scroll_new(GtkWidget *column, GtkWidget *below) {
  GtkWidget *scroll = gtk_scrolled_window_new(NULL, NULL), *port;
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment(GTK_SCROLLED_WINDOW(scroll));

  port = gtk_viewport_new(gtk_scrolled_window_get_hadjustment(GTK_SCROLLED_WINDOW(scroll)), vertical);
  gtk_viewport_set_shadow_type(GTK_VIEWPORT(port), GTK_SHADOW_NONE);
  gtk_container_add(GTK_CONTAINER(port), column);
  gtk_container_add(GTK_CONTAINER(scroll), port);
  gtk_container_set_focus_vadjustment(GTK_CONTAINER(column), vertical);
  compat_scroll_beside(scroll);
  g_object_set_data(G_OBJECT(scroll), "column", column);
  g_object_set_data(G_OBJECT(scroll), "below", below);
  g_signal_connect(column, "size-allocate", G_CALLBACK(fit_later), scroll);
  g_signal_connect(scroll, "size-allocate", G_CALLBACK(fit_later), scroll);
  g_signal_connect(scroll, "destroy", G_CALLBACK(destroyed), NULL);
  return scroll;
}
