/* SPDX-License-Identifier: GPL-3.0-or-later
 * The dialogs' own widgets in a window on a screen of 1366 x 768: what is said below the controls stays in sight and moves nothing;
 * what the view shows of a layer, and its keys. */
#include <gdk/gdkkeysyms.h>

#include "gimp/hint.h"
#include "gimp/scroll.h"
#include "gimp/table.h"
#include "gimp/view-parts.h"
#include "harness.h"

enum { WIDTH = 400, ROWS = 40 };

static void settle(void) {
  const gint64 end = g_get_monotonic_time() + 300 * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time() < end)
    if (!g_main_context_iteration(NULL, FALSE)) g_usleep(1000);
}

static GtkAllocation where(GtkWidget *widget) {
  GtkAllocation at;
  gtk_widget_get_allocation(widget, &at);
  return at;
}

/* ------------------------------------------------------------------------------------------- notes */

static int has_bar(GtkWidget *scroll) {
  GtkPolicyType vertical;
  gtk_scrolled_window_get_policy(GTK_SCROLLED_WINDOW(scroll), NULL, &vertical);
  return vertical == GTK_POLICY_ALWAYS;
}

/* `beside`: something higher than the column and its notes lies beside them, so that there is room anyway. */
static void test_notes(int rows, gboolean beside) {
  GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL), *all = gtk_box_new(GTK_ORIENTATION_VERTICAL, SCROLL_SPACING);
  GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 12), *notes = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *scroll = scroll_new(column, notes), *kept = hint_new(WIDTH, 2), *other = hint_new(WIDTH, 0), *button = gtk_button_new();
  GString *text = g_string_new("one");
  for (int i = 0; i < rows; i++) gtk_box_pack_start(GTK_BOX(column), gtk_label_new("a row"), FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(notes), kept, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(notes), other, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(all), scroll, TRUE, TRUE, 0);
  gtk_box_pack_start(GTK_BOX(all), notes, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(all), button, FALSE, FALSE, 0);
  GtkWidget *both = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0), *neighbour = gtk_drawing_area_new();
  gtk_widget_set_size_request(neighbour, 10, beside ? 690 : 10);
  gtk_box_pack_start(GTK_BOX(both), all, FALSE, FALSE, 0);
  gtk_box_pack_start(GTK_BOX(both), neighbour, FALSE, FALSE, 0);
  gtk_container_add(GTK_CONTAINER(window), both);
  gtk_widget_show_all(both);
  scroll_fit(scroll);
  gtk_widget_show(window);
  settle();
  const GtkAllocation button_at = where(button), before = where(scroll);
  CHECK(button_at.y + button_at.height < 700, "%d rows: the button ends at %d", rows, button_at.y + button_at.height);
  hint_set(kept, HINT_INFO, "a line in the room that is kept");
  scroll_fit(scroll);
  settle();
  CHECK(where(button).y == button_at.y && where(scroll).height == before.height, "%d rows: %d, %d", rows, where(button).y, button_at.y);
  for (int i = 0; i < 6; i++) g_string_append(text, "\nmore");
  hint_set(other, HINT_WARNING, text->str);
  scroll_fit(scroll);
  settle();
  const GtkAllocation note = where(other);
  CHECK(where(button).y == button_at.y, "%d rows: %d, was %d", rows, where(button).y, button_at.y);
  CHECK(note.height > 60 && note.y + note.height <= button_at.y, "%d rows: the note ends at %d, the button begins at %d", rows,
        note.y + note.height, button_at.y);
  CHECK(has_bar(scroll) == !beside, "%d rows: a bar: %d", rows, has_bar(scroll));
  CHECK(where(scroll).height < before.height && where(scroll).height >= 200, "%d rows: %d, was %d", rows, where(scroll).height, before.height);
  gtk_widget_destroy(window);
  g_string_free(text, TRUE);
}

/* ------------------------------------------------------------------------------------------- the view */

enum { W = 1600, H = 1000, ROOM = 400 };

static void ignore(const stylemap_placement *place, gboolean done, gpointer data) {}

static void press(GtkWidget *widget, guint key) {
  GdkEvent *event = gdk_event_new(GDK_KEY_PRESS);
  event->key.window = g_object_ref(gtk_widget_get_window(widget));
  event->key.keyval = key;
  gtk_widget_event(widget, event);
  gdk_event_free(event);
}

static void leave(GtkWidget *widget) {
  GdkEvent *event = gdk_event_new(GDK_FOCUS_CHANGE);
  event->focus_change.window = g_object_ref(gtk_widget_get_window(widget));
  gtk_widget_event(widget, event);
  gdk_event_free(event);
}

static int shows_middle_of(const View *view, const stylemap_placement *place) {
  return fabs((view->left + ROOM / 2.0) / view->zoom - place->x) < 3 && fabs((view->top + ROOM / 2.0) / view->zoom - place->y) < 3;
}

static void test_view(void) {
  static const ViewEvents events = {ignore, NULL};
  const stylemap_placement small = {1300, 300, 200, 0.1, 0}, large = {800, 500, 1000, 0, 0};
  GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
  GeglBuffer *picture = gegl_buffer_new(GEGL_RECTANGLE(0, 0, W, H), babl_format("R'G'B' u8"));
  GeglBuffer *result = gegl_buffer_new(GEGL_RECTANGLE(10, 10, 20, 20), babl_format("R'G'B' u8"));
  GeglBuffer *weights = gegl_buffer_new(GEGL_RECTANGLE(10, 10, 20, 20), babl_format("Y float"));
  View *view = view_new(ROOM, ROOM, &events, NULL);
  GtkWidget *widget = view_widget(view);
  gtk_window_set_default_size(GTK_WINDOW(window), ROOM, ROOM);
  gtk_container_add(GTK_CONTAINER(window), widget);
  view_set_picture(view, picture);
  gtk_widget_show_all(window);
  settle();
  const double whole = view_scale(view);
  CHECK(where(widget).width == ROOM && whole > 0.2 && whole < 0.25, "%g", whole);

  /* a square that would be small is shown large, one that would not leaves the whole layer, by itself */
  view_set_square(view, &large);
  view_follow_square(view);
  CHECK(view_scale(view) == whole && view->seen == SEEN_LAYER);
  view_set_square(view, &small);
  view_follow_square(view);
  CHECK(view_scale(view) > 1.2 && view_scale(view) < 2 && shows_middle_of(view, &small), "%g, %d, %d", view_scale(view), view->left, view->top);
  view_set_square(view, &large);
  view_follow_square(view);
  CHECK(view_scale(view) == whole);
  /* not where the user chose what is seen */
  view_zoom(view, 1.5);
  view_set_square(view, &small);
  view_follow_square(view);
  CHECK(view_scale(view) == 1.5 * whole);

  /* keys */
  press(widget, GDK_KEY_2);
  CHECK(view_scale(view) > 1.2 && shows_middle_of(view, &small));
  press(widget, GDK_KEY_1);
  CHECK(view_scale(view) == 1);
  press(widget, GDK_KEY_0);
  CHECK(view_scale(view) == whole);
  press(widget, GDK_KEY_b);
  CHECK(!view->before, "there is nothing to be after");
  view_set_result(view, result, weights, 1);
  press(widget, GDK_KEY_b);
  CHECK(view->before);
  press(widget, GDK_KEY_b);
  CHECK(!view->before);
  press(widget, GDK_KEY_B);
  gtk_widget_grab_focus(widget);
  leave(widget);
  CHECK(!view->before, "nobody is left with the layer as it was");
  gtk_widget_destroy(window);
  g_object_unref(picture), g_object_unref(result), g_object_unref(weights);
}

/* ------------------------------------------------------------------------------------------- numbers */

static void find_spin(GtkWidget *widget, gpointer data) {
  if (GTK_IS_SPIN_BUTTON(widget)) *(GtkWidget **)data = widget;
  else if (GTK_IS_CONTAINER(widget)) gtk_container_forall(GTK_CONTAINER(widget), find_spin, data);
}

static void count(GtkAdjustment *number, gpointer data) {
  CHECK(gtk_adjustment_get_value(number) == -1 || gtk_adjustment_get_value(number) >= 0, "%g", gtk_adjustment_get_value(number));
  ++*(int *)data;
}

static const char *type(GtkWidget *spin, const char *text) {
  gtk_entry_set_text(GTK_ENTRY(spin), text);
  gtk_spin_button_update(GTK_SPIN_BUTTON(spin));
  return gtk_entry_get_text(GTK_ENTRY(spin));
}

/* A number whose lowest value has a name. */
static void test_lowest(void) {
  const TableScale scale = {-1, 1000, 100, 1, 1, "Auto"};
  double value = -1;
  int changes = 0;
  GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL), *table = table_new(gtk_size_group_new(GTK_SIZE_GROUP_HORIZONTAL));
  GtkWidget *spin = NULL, *other = gtk_entry_new();
  GtkAdjustment *number = table_attach_scale(table, "_Feather:", &scale, "px", &value, "help", NULL);
  g_signal_connect(number, "value-changed", G_CALLBACK(count), &changes);
  table_attach(table, "Other", other, FALSE);
  gtk_container_add(GTK_CONTAINER(window), table);
  gtk_widget_show_all(window);
  gtk_widget_grab_focus(other);
  settle();
  find_spin(window, &spin);
  const char *shown = gtk_entry_get_text(GTK_ENTRY(spin));
  CHECK(strcmp(shown, "Auto") == 0 && value == -1, "%s", shown);
  table_tell_lowest(number, 4);
  CHECK(strcmp(gtk_entry_get_text(GTK_ENTRY(spin)), "Auto 4") == 0, "%s", gtk_entry_get_text(GTK_ENTRY(spin)));
  table_tell_lowest(number, 31.25);
  CHECK(strcmp(gtk_entry_get_text(GTK_ENTRY(spin)), "Auto 31") == 0, "%s", gtk_entry_get_text(GTK_ENTRY(spin)));
  table_tell_lowest(number, 0.46);
  shown = gtk_entry_get_text(GTK_ENTRY(spin));
  CHECK(strcmp(shown, "Auto <1") == 0, "%s", shown);
  gtk_spin_button_update(GTK_SPIN_BUTTON(spin)); /* as when the user goes on to another control */
  CHECK(value == -1 && changes == 0, "%g, %d", value, changes);
  CHECK(strncmp(type(spin, "12"), "12", 2) == 0 && value == 12 && changes == 1, "%g, %d", value, changes);
  table_tell_lowest(number, 5);
  CHECK(strncmp(gtk_entry_get_text(GTK_ENTRY(spin)), "12", 2) == 0, "%s", gtk_entry_get_text(GTK_ENTRY(spin)));
  CHECK(strcmp(type(spin, "auto"), "Auto 5") == 0 && value == -1, "%g", value);
  gtk_spin_button_spin(GTK_SPIN_BUTTON(spin), GTK_SPIN_STEP_FORWARD, 1);
  CHECK(value == 0, "%g", value);
  changes = 0;
  gtk_adjustment_set_value(number, -0.4); /* a slider on its way */
  CHECK(value == -1 && changes == 1 && strcmp(gtk_entry_get_text(GTK_ENTRY(spin)), "Auto 5") == 0, "%g, %d, %s", value, changes,
        gtk_entry_get_text(GTK_ENTRY(spin)));
  gtk_widget_destroy(window);
}

int main(int argc, char **argv) {
  gtk_init(&argc, &argv);
  gegl_init(&argc, &argv);
  test_notes(18, FALSE);
  test_notes(ROWS, FALSE);
  test_notes(14, TRUE);
  test_view();
  test_lowest();
  gegl_exit();
  return harness_end();
}
