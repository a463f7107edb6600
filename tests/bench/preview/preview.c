/* SPDX-License-Identifier: GPL-3.0-or-later
 * How long the dialog's preview takes to follow a hand, in a real window of a real GIMP: this plug-in holds the shipped one's
 * own objects, opens its transplant dialog, changes its controls, and looks when the view has drawn what comes of each change:
 * the first picture, and the last one. Linked with --wrap, so that it sees what is asked and told. Run by preview.sh; from the
 * environment: STYLEMAP_BENCH_MODEL, STYLEMAP_BENCH_TIMES (of each change), STYLEMAP_BENCH_OUT, the file it writes to. */
#include "../../gimp/measure.h"
#include "gimp/canvas.h"
#include "gimp/dialog.h"
#include "gimp/dialog-parts.h"
#include "gimp/table.h"
#include "host/say.h"
#include <math.h>
#include <stdio.h>
#include <time.h>

enum { TICK = 4 /* milliseconds */, MOST_TIMES = 100, PATIENCE = 180 /* seconds */, STEPS = 90, HERTZ = 125 };

static FlowOptions options;
static ImageRef image;
static Dialog *dialog; /* once it is open */
static PreviewTell tell_dialog;
static GtkAdjustment *strength, *detail, *feather;
static FILE *out;

/* Of the change that is looked at. */
static struct {
  gint64 begun, first, last; /* microseconds; 0: not yet */
  gint64 cpu, cpu_first, cpu_last; /* the same of all processors, in this process */
  gint64 asked_at[4096];     /* by request, from first_request on */
  guint64 first_request, asked;
  gint drawn, told, stale; /* pictures on the screen; answers; requests that were never answered by one */
  gdouble lag;             /* of the pictures on the screen, summed: microseconds since they were asked for */
  gint64 blocked;          /* the longest time that the main loop was away */
  gdouble off;             /* the first picture's mean difference in the mask from the last one's, of 255; -1: the same one */
} now;
static struct { /* what the view was given and has not drawn yet */
  gboolean any, final;
  guint64 request;
} given;
static gint64 ticked;
static GeglBuffer *early, *early_weights; /* the first picture */
static guint64 early_request;

/* ---------------------------------------------------------------------------------------- what is seen */

static gint64 clock_now(void) { return g_get_monotonic_time(); }

static gint64 cpu_now(void) {
  struct timespec used;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec * G_TIME_SPAN_SECOND + used.tv_nsec / 1000;
}

/* After the redraw, which has a higher priority. */
static gboolean shown(gpointer data) {
  gint64 time;

  if (!given.any)
    return G_SOURCE_REMOVE;
  given.any = FALSE;
  gdk_display_sync(gdk_display_get_default());
  time = clock_now();
  if (given.request < now.first_request)
    return G_SOURCE_REMOVE;
  if (!now.first) {
    now.first = time;
    now.cpu_first = cpu_now();
  }
  now.drawn++;
  now.lag += (gdouble)(time - now.asked_at[(given.request - now.first_request) % G_N_ELEMENTS(now.asked_at)]);
  if (given.final && given.request == now.asked) {
    now.last = time;
    now.cpu_last = cpu_now();
  }
  return G_SOURCE_REMOVE;
}

typedef void (*Draw)(GtkWidget *canvas, cairo_t *cr, gpointer data);
GtkWidget *__real_canvas_new(Draw draw, gpointer data);
GtkWidget *__wrap_canvas_new(Draw draw, gpointer data);
static Draw draw_view;

static void draw(GtkWidget *canvas, cairo_t *cr, gpointer data) {
  draw_view(canvas, cr, data);
  if (dialog && data == dialog->view && given.any)
    g_idle_add_full(GDK_PRIORITY_REDRAW + 1, shown, NULL, NULL);
}

GtkWidget *__wrap_canvas_new(Draw draw_it, gpointer data) {
  draw_view = draw_it;
  return __real_canvas_new(draw, data);
}

/* Where both know something. */
static gdouble difference(GeglBuffer *a, GeglBuffer *b, GeglBuffer *weights) {
  GeglRectangle area;
  gdouble sum = 0, count = 0;
  gfloat *x, *y, *w;

  if (!gegl_rectangle_intersect(&area, gegl_buffer_get_extent(a), gegl_buffer_get_extent(b)))
    return 0;
  x = g_new(gfloat, 3 * (gsize)area.width * area.height);
  y = g_new(gfloat, 3 * (gsize)area.width * area.height);
  w = g_new(gfloat, (gsize)area.width * area.height);
  gegl_buffer_get(a, &area, 1, babl_format("R'G'B' float"), x, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get(b, &area, 1, babl_format("R'G'B' float"), y, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get(weights, &area, 1, babl_format("Y float"), w, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < (gsize)area.width * area.height; i++) {
    if (w[i] < 0.5f)
      continue;
    for (gint c = 0; c < 3; c++)
      sum += fabs((gdouble)x[3 * i + c] - y[3 * i + c]);
    count += 3;
  }
  g_free(x);
  g_free(y);
  g_free(w);
  return count > 0 ? 255 * sum / count : 0;
}

static void hear(const PreviewNews *news, gpointer data) {
  tell_dialog(news, data);
  if (news->kind != PREVIEW_COARSE && news->kind != PREVIEW_DRAFT && news->kind != PREVIEW_DONE)
    return;
  given.any = TRUE;
  given.final = news->kind == PREVIEW_DONE;
  given.request = news->request;
  if (news->request < now.first_request)
    return;
  now.told += given.final;
  if (!given.final) { /* the last of those that come before it */
    g_set_object(&early, news->picture);
    g_set_object(&early_weights, news->weights);
    early_request = news->request;
  } else if (early && early_request == news->request) {
    now.off = difference(early, news->picture, early_weights);
  }
}

static gboolean tick(gpointer data) {
  gint64 time = clock_now();

  now.blocked = MAX(now.blocked, time - ticked - TICK * G_TIME_SPAN_MILLISECOND);
  ticked = time;
  return G_SOURCE_CONTINUE;
}

guint64 __real_preview_ask(Preview *preview, const PreviewAsk *ask);
guint64 __wrap_preview_ask(Preview *preview, const PreviewAsk *ask);
guint64 __wrap_preview_ask(Preview *preview, const PreviewAsk *ask) {
  now.asked = __real_preview_ask(preview, ask);
  if (now.asked >= now.first_request)
    now.asked_at[(now.asked - now.first_request) % G_N_ELEMENTS(now.asked_at)] = clock_now();
  return now.asked;
}

GtkAdjustment *__real_table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit,
                                         gdouble *value, const gchar *tooltip, GPtrArray *widgets);
GtkAdjustment *__wrap_table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit,
                                         gdouble *value, const gchar *tooltip, GPtrArray *widgets);
GtkAdjustment *__wrap_table_attach_scale(GtkWidget *table, const gchar *text, const TableScale *scale, const gchar *unit,
                                         gdouble *value, const gchar *tooltip, GPtrArray *widgets) {
  GtkAdjustment *adjustment = __real_table_attach_scale(table, text, scale, unit, value, tooltip, widgets);

  if (value == &options.edit.strength)
    strength = adjustment;
  if (value == &options.detail)
    detail = adjustment;
  if (value == &options.feather)
    feather = adjustment;
  return adjustment;
}

/* ------------------------------------------------------------------------------------------- the hand */

static void turn_loop(void) { g_main_context_iteration(NULL, TRUE); /* tick() lets it go on */ }

static void rest(gint milliseconds) {
  gint64 end = clock_now() + milliseconds * G_TIME_SPAN_MILLISECOND;

  while (clock_now() < end)
    turn_loop();
}

static void begin(void) {
  guint64 asked = now.asked;

  memset(&now, 0, sizeof now);
  now.asked = asked;
  now.first_request = asked + 1;
  now.off = -1;
  given.any = FALSE;
  g_clear_object(&early);
  g_clear_object(&early_weights);
  early_request = 0;
  ticked = now.begun = clock_now();
  now.cpu = cpu_now();
}

static gboolean settle(void) {
  gint64 end = clock_now() + PATIENCE * G_TIME_SPAN_SECOND;

  while (now.asked >= now.first_request && !now.last && clock_now() < end)
    turn_loop();
  now.stale = (gint)(now.asked + 1 - now.first_request) - now.told;
  return now.last != 0;
}

static void set_strength(gint n) { gtk_adjustment_set_value(strength, n % 2 ? 0.6 : 1.0); }
static void set_detail(gint n) { gtk_adjustment_set_value(detail, n % 2 ? 20 : 50); }
static void set_feather(gint n) { gtk_adjustment_set_value(feather, 4 + n % 20); }
static void set_method(gint method) { gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(dialog->method), method); }
/* Another mask, too, so that what was drawn before is not remembered. */
static void heal_else(gint n) {
  set_method(EDIT_HEAL);
  set_feather(n + 1);
}
static void draw_else(gint n) {
  set_method(EDIT_STYLES);
  set_feather(n + 1);
}
static void set_collage(gint n) {
  gimp_int_combo_box_set_active(GIMP_INT_COMBO_BOX(dialog->collage), n % 2 ? STYLEMAP_START_COPY : STYLEMAP_START_CLONE);
}

static void select_more(gint n) {
  GdkEvent *event = gdk_event_new(GDK_FOCUS_CHANGE);
  gboolean taken;

  gimp_image_select_ellipse(image, GIMP_CHANNEL_OP_REPLACE, 106 + n % 7, 20 + n % 5, 300, 222);
  event->focus_change.window = g_object_ref(gtk_widget_get_window(dialog->dialog));
  event->focus_change.in = TRUE;
  g_signal_emit_by_name(dialog->dialog, "focus-in-event", event, &taken);
  gdk_event_free(event);
}

static void point(GtkWidget *canvas, GdkEventType type, gdouble x, gdouble y) {
  GdkEvent *event = gdk_event_new(type);

  event->any.window = g_object_ref(gtk_widget_get_window(canvas));
  if (type == GDK_MOTION_NOTIFY) {
    event->motion.x = x;
    event->motion.y = y;
    event->motion.state = GDK_BUTTON1_MASK;
    event->motion.time = (guint32)(clock_now() / 1000);
  } else {
    event->button.x = x;
    event->button.y = y;
    event->button.button = 1;
    event->button.time = (guint32)(clock_now() / 1000);
  }
  gtk_widget_event(canvas, event);
  gdk_event_free(event);
}

/* -------------------------------------------------------------------------------------------- changes */

static gint compare(gconstpointer a, gconstpointer b) {
  gdouble x = *(const gdouble *)a, y = *(const gdouble *)b;

  return x < y ? -1 : x > y;
}

static gdouble at(gdouble *values, gint count, gdouble part) {
  qsort(values, count, sizeof *values, compare);
  return values[MIN((gint)(part * count), count - 1)];
}

/* `change` so often, each time after `before`, which is not looked at. */
static void look(const gchar *what, gint times, void (*before)(gint n), void (*change)(gint n), gint from, gint step) {
  gdouble first[MOST_TIMES], last[MOST_TIMES], cpu_first[MOST_TIMES], cpu_last[MOST_TIMES], off[MOST_TIMES], blocked = 0;
  gint n_off = 0, stale = 0, done = 0;

  for (gint n = 0; n < times; n++) {
    if (before) {
      begin();
      before(n);
      settle();
      rest(100);
    }
    begin();
    change(from + step * n);
    if (!settle())
      continue;
    first[done] = (gdouble)(now.first - now.begun) / 1000;
    cpu_first[done] = (gdouble)(now.cpu_first - now.cpu) / 1000;
    cpu_last[done] = (gdouble)(now.cpu_last - now.cpu) / 1000;
    last[done++] = (gdouble)(now.last - now.begun) / 1000;
    blocked = MAX(blocked, (gdouble)now.blocked / 1000);
    stale += now.stale;
    if (now.off >= 0)
      off[n_off++] = now.off;
    rest(100);
  }
  if (!done) {
    fprintf(out, "%-24s nothing was drawn\n", what);
    return;
  }
  fprintf(out, "%-24s first %5.0f %5.0f (%4.0f)  last %5.0f %5.0f (%4.0f) ms  blocked %3.0f ms  %d dropped", what,
          at(first, done, 0.5), at(first, done, 0.9), at(cpu_first, done, 0.5), at(last, done, 0.5), at(last, done, 0.9),
          at(cpu_last, done, 0.5), blocked, stale);
  if (n_off)
    fprintf(out, "  the one before the last is off by %.1f (%.1f)", at(off, n_off, 0.5), at(off, n_off, 0.9));
  fprintf(out, "\n");
  fflush(out);
}

/* A square that is dragged, and let go. */
static void drag(const gchar *what, View *view, gint times) {
  GtkWidget *canvas = view_widget(view);
  GtkAllocation room;
  gdouble rate[MOST_TIMES], lag[MOST_TIMES], first[MOST_TIMES], last[MOST_TIMES], blocked = 0;
  gint stale = 0, done = 0;

  gtk_widget_get_allocation(canvas, &room);
  for (gint n = 0; n < times; n++) {
    gint64 begun;
    gdouble x = room.width / 2.0, y = room.height / 2.0, seconds;

    begin();
    point(canvas, GDK_BUTTON_PRESS, x, y);
    begun = clock_now();
    for (gint i = 1; i <= STEPS; i++) {
      gint64 next = begun + i * G_TIME_SPAN_SECOND / HERTZ;

      x += n % 2 ? 0.25 : -0.25;
      y += 0.2 * sin(i / 5.0);
      point(canvas, GDK_MOTION_NOTIFY, x, y);
      while (clock_now() < next)
        turn_loop();
    }
    seconds = (gdouble)(clock_now() - begun) / G_TIME_SPAN_SECOND;
    rate[done] = now.drawn / seconds;
    lag[done] = now.drawn ? now.lag / now.drawn / 1000 : INFINITY;
    stale += (gint)(now.asked + 1 - now.first_request) - now.drawn;
    blocked = MAX(blocked, (gdouble)now.blocked / 1000);
    begin();
    point(canvas, GDK_BUTTON_RELEASE, x, y);
    if (!settle())
      continue;
    blocked = MAX(blocked, (gdouble)now.blocked / 1000);
    first[done] = (gdouble)(now.first - now.begun) / 1000;
    last[done++] = (gdouble)(now.last - now.begun) / 1000;
    rest(100);
  }
  if (!done) {
    fprintf(out, "%-24s nothing was drawn\n", what);
    return;
  }
  fprintf(out, "%-24s %3.0f pictures a second (%.0f at least), each %.0f ms after it was asked for, %d dropped; blocked %.0f ms\n", what,
          at(rate, done, 0.5), at(rate, done, 0), at(lag, done, 0.5), stale, blocked);
  fprintf(out, "%-24s first %5.0f %5.0f  last %5.0f %5.0f ms\n", "  and let go", at(first, done, 0.5), at(first, done, 0.9),
          at(last, done, 0.5), at(last, done, 0.9));
  fflush(out);
}

static gboolean drive(gpointer data) {
  const gchar *asked = g_getenv("STYLEMAP_BENCH_TIMES");
  gint times = CLAMP(asked ? atoi(asked) : 15, 1, MOST_TIMES);

  g_timeout_add_full(G_PRIORITY_HIGH, TICK, tick, NULL, NULL);
  for (gint64 end = clock_now() + PATIENCE * G_TIME_SPAN_SECOND; !now.last && clock_now() < end;)
    turn_loop();
  if (now.last)
    fprintf(out, "%-24s first %5.0f        last %5.0f ms\n", "opened", (gdouble)(now.first - now.begun) / 1000,
            (gdouble)(now.last - now.begun) / 1000);
  rest(500);
  look("strength", times, NULL, set_strength, 1, 1);
  look("detail", times, NULL, set_detail, 1, 1);
  look("mask (feather)", times, NULL, set_feather, 1, 1);
  look("mask (selection)", times, NULL, select_more, 1, 1);
  look("collage", times, set_feather, set_collage, 0, 1);
  look("method: styles", times, heal_else, set_method, EDIT_STYLES, 0);
  look("method: heal", times, draw_else, set_method, EDIT_HEAL, 0);
  drag("the target's square", dialog->view, MAX(times / 3, 1));
  drag("the reference's square", dialog->reference_view, MAX(times / 3, 1));
  gtk_dialog_response(GTK_DIALOG(dialog->dialog), GTK_RESPONSE_CANCEL);
  return G_SOURCE_REMOVE;
}

Preview *__real_preview_new(Engine **engine, PreviewTell tell, gpointer data);
Preview *__wrap_preview_new(Engine **engine, PreviewTell tell, gpointer data);
Preview *__wrap_preview_new(Engine **engine, PreviewTell tell, gpointer data) {
  dialog = data;
  tell_dialog = tell;
  now.begun = ticked = clock_now();
  now.cpu = cpu_now();
  now.first_request = 1;
  g_idle_add(drive, NULL);
  return __real_preview_new(engine, hear, data);
}

/* -------------------------------------------------------------------------------------------- in GIMP */

static void run(const MeasureValue *in, MeasureValue *values) {
  const Procedure *procedure = procedures_find("plug-in-stylemap-transplant");
  DrawableRef target = in[1].drawable;

  say_start();
  out = fopen(g_getenv("STYLEMAP_BENCH_OUT"), "w");
  options_defaults(procedure, &options);
  options.reference = in[2].drawable;
  g_free(options.model);
  options.model = g_strdup(g_getenv("STYLEMAP_BENCH_MODEL"));
  image = in[0].image;
  dialog_run(procedure, image, &target, &options);
  options_clear(&options);
  fprintf(out, "the end\n");
  fclose(out);
}

static const Measure bench = {"stylemap-bench-preview",
                              run,
                              {{MEASURE_IMAGE, "image"}, {MEASURE_DRAWABLE, "target"}, {MEASURE_DRAWABLE, "reference"}},
                              {{MEASURE_NONE, NULL}}};

const Measure *measures_nth(gint n) { return n ? NULL : &bench; }

const Measure *measures_begin(const gchar *name) {
  gegl_init(NULL, NULL);
  return &bench;
}
