/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap train: losses.svg, see train.h. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/train/train.h"

enum { LEFT = 64, PLOT_W = 600, LEGEND = 20, WIDTH = LEFT + PLOT_W + LEGEND + 196 };
enum { TOP = 34, PLOT_H = 210, PANEL_H = TOP + PLOT_H + 30, BOTTOM = 26 };
enum { POINTS = 300, MOST = 8 };

typedef struct {
  const gchar *column, *colour;
} Line;

/* Colours after Okabe and Ito, which all eyes tell apart; black and dotted is what the network has never seen. */
#define HELD_OUT "#000000"
static const struct {
  const gchar *title;
  Line lines[MOST];
} panels[] = {
  { N_("Pictures again: losses of the reconstruction"),
    { { "heldout_mse", HELD_OUT }, { "mse", "#0072b2" }, { "perceptual", "#d55e00" }, { "edges", "#009e73" },
      { "frequencies", "#999999" }, { "features", "#cc79a7" }, { "matching", "#e69f00" }, { "w_reconstruction", "#56b4e9" } } },
  { N_("Looking real: adversarial losses"),
    { { "d_adversarial", "#0072b2" }, { "g_adversarial", "#d55e00" }, { "in_domain", "#009e73" },
      { "mixtures", "#e69f00" }, { "r1", "#cc79a7" } } },
  { N_("Sharpness of the pictures held out, their own = 1"), { { "heldout_sharpness", HELD_OUT } } },
};

typedef struct {
  gdouble x[POINTS], log_y[POINTS];
  gint count;
  gdouble last; /* as it stands in the log */
} Curve;

/* ------------------------------------------------------------------------------------------- values */

/* The column called `name` over the first one; what is no number above 0 is left out. Of a long log the geometric
 * means of POINTS stretches. */
static void read_curve(gchar ***cells, const gchar *name, gdouble end, Curve *curve) {
  gint column = 0, counts[POINTS] = { 0 };
  *curve = (Curve){ .count = 0 };
  while (cells[0][column] && strcmp(cells[0][column], name) != 0) column++;
  if (!cells[0][column]) return;
  const gint width = (gint)g_strv_length(cells[0]);
  gdouble x[POINTS] = { 0 }, y[POINTS] = { 0 };
  for (gint i = 1; cells[i]; i++) {
    if ((gint)g_strv_length(cells[i]) != width) continue;
    const gdouble at = g_ascii_strtod(cells[i][0], NULL), value = g_ascii_strtod(cells[i][column], NULL);
    if (!(value > 0 && value < G_MAXDOUBLE && at >= 0 && at <= end)) continue;
    const gint k = (gint)fmin(at / end * POINTS, POINTS - 1);
    x[k] += at;
    y[k] += log10(value);
    counts[k]++;
    curve->last = value;
  }
  for (gint k = 0; k < POINTS; k++) {
    if (!counts[k]) continue;
    curve->x[curve->count] = x[k] / counts[k];
    curve->log_y[curve->count++] = y[k] / counts[k];
  }
}

/* ------------------------------------------------------------------------------------------ drawing */

static void put_number(GString *svg, gdouble value) {
  Number number;
  g_string_append(svg, cli_number(&number, "%.1f", value));
}

static void put_text(GString *svg, gdouble x, gdouble y, const gchar *more, const gchar *text) {
  g_autofree gchar *escaped = g_markup_escape_text(text, -1);
  g_string_append_printf(svg, "<text %s x=\"", more);
  put_number(svg, x);
  g_string_append(svg, "\" y=\"");
  put_number(svg, y);
  g_string_append_printf(svg, "\">%s</text>\n", escaped);
}

static void put_rule(GString *svg, gdouble x0, gdouble y0, gdouble x1, gdouble y1, const gchar *colour) {
  const gdouble values[] = { x0, y0, x1, y1 };
  static const gchar *const names[] = { "x1", "y1", "x2", "y2" };
  g_string_append_printf(svg, "<line stroke=\"%s\"", colour);
  for (gint i = 0; i < 4; i++) {
    g_string_append_printf(svg, " %s=\"", names[i]);
    put_number(svg, values[i]);
    g_string_append_c(svg, '"');
  }
  g_string_append(svg, "/>\n");
}

/* 1, 2 or 5 times a power of ten: about `range / 6`. */
static gdouble nice_step(gdouble range) {
  const gdouble power = pow(10, floor(log10(range / 6))), part = range / 6 / power;
  return (part > 5 ? 10 : part > 2 ? 5 : part > 1 ? 2 : 1) * power;
}

typedef struct {
  gdouble top, low, high, end; /* of the picture; log10 of the least and the largest value; of the iterations */
} Frame;

static gdouble to_x(const Frame *f, gdouble x) {
  return LEFT + PLOT_W * x / f->end;
}

static gdouble to_y(const Frame *f, gdouble log_y) {
  return f->top + PLOT_H * (f->high - log_y) / (f->high - f->low);
}

static void put_level(GString *svg, const Frame *f, gdouble value) {
  const gdouble log_y = log10(value), y = to_y(f, log_y);
  Number number;
  if (!(log_y >= f->low && log_y <= f->high)) return;
  put_rule(svg, LEFT, y, LEFT + PLOT_W, y, "#dddddd");
  put_text(svg, LEFT - 6, y + 4, "text-anchor=\"end\"", cli_number(&number, "%.6g", value));
}

static void put_axes(GString *svg, const Frame *f) {
  Number number;
  static const gdouble marks[] = { 1, 2, 5 };
  const gdouble least = pow(10, f->low), most = pow(10, f->high), even = nice_step(most - least);
  if (f->high - f->low < 0.7)
    for (gdouble value = ceil(least / even) * even; value <= most; value += even) put_level(svg, f, value);
  else
    for (gint decade = (gint)floor(f->low); decade <= (gint)floor(f->high); decade++)
      for (gint i = 0; i < (f->high - f->low > 2.5 ? 1 : 3); i++) put_level(svg, f, marks[i] * pow(10, decade));
  const gdouble step = nice_step(f->end), bottom = f->top + PLOT_H;
  for (gdouble x = 0; x <= f->end; x += step) {
    put_rule(svg, to_x(f, x), bottom, to_x(f, x), bottom + 4, "#666666");
    put_text(svg, to_x(f, x), bottom + 17, "text-anchor=\"middle\"", cli_number(&number, "%.0f", x));
  }
  put_rule(svg, LEFT, bottom, LEFT + PLOT_W, bottom, "#666666");
  put_rule(svg, LEFT, f->top, LEFT, bottom, "#666666");
}

static void put_curve(GString *svg, const Frame *f, const Curve *curve, const gchar *colour) {
  const gboolean held_out = strcmp(colour, HELD_OUT) == 0;
  g_string_append_printf(svg, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" points=\"", colour,
                         held_out ? "2" : "1.5");
  for (gint i = 0; i < curve->count; i++) {
    if (i) g_string_append_c(svg, ' ');
    put_number(svg, to_x(f, curve->x[i]));
    g_string_append_c(svg, ',');
    put_number(svg, to_y(f, curve->log_y[i]));
  }
  g_string_append(svg, "\"/>\n");
  for (gint i = 0; i < curve->count && curve->count <= (held_out ? 60 : 1); i++) {
    g_string_append_printf(svg, "<circle fill=\"%s\" r=\"2.5\" cx=\"", colour);
    put_number(svg, to_x(f, curve->x[i]));
    g_string_append(svg, "\" cy=\"");
    put_number(svg, to_y(f, curve->log_y[i]));
    g_string_append(svg, "\"/>\n");
  }
}

/* The panel from `top` on; FALSE where it has no curve. */
static gboolean put_panel(GString *svg, guint panel, gdouble top, gchar ***cells, gdouble end) {
  g_autofree Curve *curves = g_new(Curve, MOST);
  Frame f = { top + TOP, G_MAXDOUBLE, -G_MAXDOUBLE, end };
  for (gint i = 0; i < MOST && panels[panel].lines[i].column; i++) {
    read_curve(cells, panels[panel].lines[i].column, end, &curves[i]);
    for (gint k = 0; k < curves[i].count; k++) {
      f.low = fmin(f.low, curves[i].log_y[k]);
      f.high = fmax(f.high, curves[i].log_y[k]);
    }
  }
  if (f.low > f.high) return FALSE;
  const gdouble room = fmax(0.04 * (f.high - f.low), 0.05);
  f.low -= room;
  f.high += room;
  put_text(svg, LEFT, top + 20, "font-size=\"14\" font-weight=\"bold\"", _(panels[panel].title));
  put_axes(svg, &f);
  gdouble y = f.top + 10;
  for (gint i = 0; i < MOST && panels[panel].lines[i].column; i++) {
    const Line *line = &panels[panel].lines[i];
    if (!curves[i].count) continue;
    put_curve(svg, &f, &curves[i], line->colour);
    Number number;
    g_autofree gchar *text = g_strdup_printf("%s  %s", line->column, cli_number(&number, "%.3g", curves[i].last));
    const gdouble x = LEFT + PLOT_W + LEGEND;
    g_string_append(svg, "<g stroke-width=\"3\">");
    put_rule(svg, x, y - 4, x + 16, y - 4, line->colour);
    g_string_append(svg, "</g>\n");
    put_text(svg, x + 22, y, "", text);
    y += 18;
  }
  return TRUE;
}

gboolean report_plot(const gchar *log_path, const gchar *plot, GError **error) {
  g_autofree gchar *text = NULL;
  if (!(text = picture_read_text(log_path, NULL, error))) return FALSE;
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  g_autoptr(GPtrArray) table = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
  gdouble end = 1;
  for (gchar **line = lines; *line; line++) {
    if (**line) g_ptr_array_add(table, g_strsplit(*line, ",", -1));
    if (line > lines) end = fmax(end, g_ascii_strtod(*line, NULL));
  }
  g_ptr_array_add(table, NULL);
  GString *body = g_string_new(NULL);
  gint height = 0;
  for (guint i = 0; i < G_N_ELEMENTS(panels) && table->len > 1; i++)
    if (put_panel(body, i, height, (gchar ***)table->pdata, end)) height += PANEL_H;
  put_text(body, LEFT + PLOT_W / 2.0, height + 12, "text-anchor=\"middle\"", _("iteration"));
  height += BOTTOM;
  GString *svg = g_string_new(NULL);
  g_string_printf(svg,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                  "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n",
                  WIDTH, height, WIDTH, height, body->str);
  const gboolean done = g_file_set_contents(plot, svg->str, (gssize)svg->len, error);
  g_string_free(body, TRUE);
  g_string_free(svg, TRUE);
  return done;
}
