/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/canvas.h"
#include "gimp/view-parts.h"
#include <gdk/gdkkeysyms.h>
#include <math.h>

#define REACH 9        /* pixels from a handle's middle that belong to it */
#define LINE_REACH 5   /* from the split line */
#define LEAST_SIDE 8.0 /* of a square, pixels of the layer */
#define STEP (G_PI / 180)
#define SNAP (G_PI / 12)
#define WHEEL 1.25

/* --------------------------------------------------------------------------------------------- square */

/* The square's centre stays on the layer, and the square no larger than anybody needs. */
static void keep_in(View *view, stylemap_placement *place) {
  gdouble most = 4.0 * MAX(view->width, view->height);

  place->side = CLAMP(place->side, MIN(LEAST_SIDE, most), most);
  place->x = CLAMP(place->x, 0, view->width);
  place->y = CLAMP(place->y, 0, view->height);
  place->angle = remainder(place->angle, 2 * G_PI);
}

static void give(View *view, stylemap_placement place, gboolean done) {
  keep_in(view, &place);
  view->square = place;
  view_redraw(view);
  view->events.moved(&place, done, view->data);
}

/* The corner follows the pointer, the one across stays where it is; with `about` the middle does. */
static stylemap_placement pull_corner(View *view, gdouble x, gdouble y, gboolean about) {
  stylemap_placement place = view->begun;
  gdouble right = view->corner % 2 ? 1 : -1, down = view->corner / 2 ? 1 : -1, c = cos(place.angle), s = sin(place.angle);
  gdouble across_x = place.x - (right * c - down * s) * place.side / 2;
  gdouble across_y = place.y - (right * s + down * c) * place.side / 2;
  gdouble from_x = about ? place.x : across_x, from_y = about ? place.y : across_y;
  gdouble dx = (x + view->left) / view->zoom - from_x, dy = (y + view->top) / view->zoom - from_y;
  gdouble u = right * (c * dx + s * dy), v = down * (c * dy - s * dx);

  place.side = MAX(MAX(u, v) * (about ? 2 : 1), LEAST_SIDE);
  if (!about) {
    place.x = across_x + (right * c - down * s) * place.side / 2;
    place.y = across_y + (right * s + down * c) * place.side / 2;
  }
  return place;
}

static stylemap_placement turn(View *view, gdouble x, gdouble y, gboolean snap) {
  stylemap_placement place = view->begun;

  place.angle = atan2((y + view->top) / view->zoom - place.y, (x + view->left) / view->zoom - place.x) + G_PI / 2;
  if (snap)
    place.angle = SNAP * round(place.angle / SNAP);
  return place;
}

/* ---------------------------------------------------------------------------------------------- mouse */

static Grip grip_at(View *view, gdouble x, gdouble y, gint *corner) {
  gdouble hx, hy;
  GtkAllocation allocation;

  gtk_widget_get_allocation(view->canvas, &allocation);
  if (view->has_square && view->shows_square)
    for (gint i = 4; i >= 0; i--) {
      view_handle(view, i, &hx, &hy);
      *corner = i;
      if (hypot(x - hx, y - hy) <= REACH)
        return i == 4 ? GRIP_TURN : GRIP_CORNER;
    }
  if (view->split && view->result && fabs(x - view->line * allocation.width) <= LINE_REACH)
    return GRIP_SPLIT;
  if (view->has_square && view->shows_square) {
    gdouble dx = (x + view->left) / view->zoom - view->square.x, dy = (y + view->top) / view->zoom - view->square.y;
    gdouble c = cos(view->square.angle), s = sin(view->square.angle), half = view->square.side / 2;

    if (fabs(c * dx + s * dy) <= half && fabs(c * dy - s * dx) <= half)
      return GRIP_MOVE;
  }
  return GRIP_PAN;
}

static void show_cursor(View *view, Grip grip) {
  static const GdkCursorType types[] = {
      [GRIP_NONE] = GDK_LEFT_PTR, [GRIP_MOVE] = GDK_FLEUR,  [GRIP_CORNER] = GDK_SIZING,
      [GRIP_TURN] = GDK_EXCHANGE, [GRIP_PAN] = GDK_HAND1, [GRIP_SPLIT] = GDK_SB_H_DOUBLE_ARROW};

  canvas_set_cursor(view->canvas, types[grip]);
}

static gboolean pressed(GtkWidget *canvas, GdkEventButton *event, View *view) {
  gtk_widget_grab_focus(canvas);
  if (!view->picture || (event->button != 1 && event->button != 2))
    return FALSE;
  if (event->type == GDK_2BUTTON_PRESS) {
    view->grip = GRIP_NONE;
    view_fit(view);
    return TRUE;
  }
  view->grip = event->button == 2 ? GRIP_PAN : grip_at(view, event->x, event->y, &view->corner);
  view->from_x = event->x;
  view->from_y = event->y;
  view->begun = view->square;
  view->begun_left = view->left;
  view->begun_top = view->top;
  return TRUE;
}

static void drag(View *view, gdouble x, gdouble y, GdkModifierType state, gboolean done) {
  stylemap_placement place = view->begun;
  GtkAllocation allocation;

  switch (view->grip) {
  case GRIP_MOVE:
    place.x += (x - view->from_x) / view->zoom;
    place.y += (y - view->from_y) / view->zoom;
    give(view, place, done);
    break;
  case GRIP_CORNER:
    give(view, pull_corner(view, x, y, (state & GDK_CONTROL_MASK) != 0), done);
    break;
  case GRIP_TURN:
    give(view, turn(view, x, y, (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0), done);
    break;
  case GRIP_PAN:
    view->left = view->begun_left - (gint)lrint(x - view->from_x);
    view->top = view->begun_top - (gint)lrint(y - view->from_y);
    if (view->left != view->begun_left || view->top != view->begun_top)
      view->seen = SEEN_CHOSEN;
    view_redraw(view);
    break;
  case GRIP_SPLIT:
    gtk_widget_get_allocation(view->canvas, &allocation);
    view->line = CLAMP(x / allocation.width, 0, 1);
    view_redraw(view);
    break;
  case GRIP_NONE:
    break;
  }
}

static gboolean moved(GtkWidget *canvas, GdkEventMotion *event, View *view) {
  gint corner;

  if (!view->picture)
    return FALSE;
  if (view->grip == GRIP_NONE)
    show_cursor(view, grip_at(view, event->x, event->y, &corner));
  else
    drag(view, event->x, event->y, event->state, FALSE);
  return TRUE;
}

static gboolean released(GtkWidget *canvas, GdkEventButton *event, View *view) {
  gboolean still = event->x == view->from_x && event->y == view->from_y;

  if (view->grip == GRIP_NONE)
    return FALSE;
  if (!still)
    drag(view, event->x, event->y, event->state, TRUE);
  view->grip = GRIP_NONE;
  return TRUE;
}

static gboolean scrolled(GtkWidget *canvas, GdkEventScroll *event, View *view) {
  if (event->direction == GDK_SCROLL_UP)
    view_zoom_at(view, view->zoom * WHEEL, event->x, event->y);
  else if (event->direction == GDK_SCROLL_DOWN)
    view_zoom_at(view, view->zoom / WHEEL, event->x, event->y);
  return TRUE;
}

/* ----------------------------------------------------------------------------------------------- keys */

/* One pixel of the screen or of the layer, whichever is more; with Shift ten. */
static gboolean key(GtkWidget *canvas, GdkEventKey *event, View *view) {
  gdouble step = MAX(1, 1 / view->zoom) * (event->state & GDK_SHIFT_MASK ? 10 : 1);
  stylemap_placement place = view->square;

  if (!view->picture || event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
    return FALSE;
  switch (event->keyval) {
  case GDK_KEY_0:
  case GDK_KEY_KP_0:
    view_fit(view);
    return TRUE;
  case GDK_KEY_1:
  case GDK_KEY_KP_1:
    view_zoom(view, 1 / view->zoom);
    return TRUE;
  case GDK_KEY_2:
  case GDK_KEY_KP_2:
    view_fit_square(view);
    return TRUE;
  case GDK_KEY_b:
  case GDK_KEY_B:
    view_show_before(view, view->result && !view->before);
    return TRUE;
  case GDK_KEY_Left:
    place.x -= step;
    break;
  case GDK_KEY_Right:
    place.x += step;
    break;
  case GDK_KEY_Up:
    place.y -= step;
    break;
  case GDK_KEY_Down:
    place.y += step;
    break;
  case GDK_KEY_plus:
  case GDK_KEY_KP_Add:
    place.side += 2 * step;
    break;
  case GDK_KEY_minus:
  case GDK_KEY_KP_Subtract:
    place.side -= 2 * step;
    break;
  case GDK_KEY_less:
  case GDK_KEY_comma:
    place.angle -= STEP;
    break;
  case GDK_KEY_greater:
  case GDK_KEY_period:
    place.angle += STEP;
    break;
  default:
    return FALSE;
  }
  if (view->has_square)
    give(view, place, TRUE);
  return TRUE;
}

/* What is shown before is not left so by accident. */
static gboolean focus_changed(GtkWidget *canvas, GdkEventFocus *event, View *view) {
  view_show_before(view, FALSE);
  return FALSE;
}

void view_take_hands(View *view) {
  g_signal_connect(view->canvas, "button-press-event", G_CALLBACK(pressed), view);
  g_signal_connect(view->canvas, "button-release-event", G_CALLBACK(released), view);
  g_signal_connect(view->canvas, "motion-notify-event", G_CALLBACK(moved), view);
  g_signal_connect(view->canvas, "scroll-event", G_CALLBACK(scrolled), view);
  g_signal_connect(view->canvas, "key-press-event", G_CALLBACK(key), view);
  g_signal_connect(view->canvas, "focus-in-event", G_CALLBACK(focus_changed), view);
  g_signal_connect(view->canvas, "focus-out-event", G_CALLBACK(focus_changed), view);
}
