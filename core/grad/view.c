/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/view.h"

#include <string.h>

/* x := factor x + (1 - factor) mean, over the channels of each pixel: its own transpose. */
static void saturate(double factor, size_t pixels, real *x) {
  for (size_t i = 0; i < pixels; i++) {
    const double mean = ((double)x[i] + x[pixels + i] + x[2 * pixels + i]) / 3;
    for (size_t c = 0; c < 3; c++) x[c * pixels + i] = (real)(mean + factor * (x[c * pixels + i] - mean));
  }
}

/* The same over the whole picture. */
static void contrast(double factor, size_t count, real *x) {
  double mean = 0;
  for (size_t i = 0; i < count; i++) mean += x[i];
  mean /= (double)count;
  for (size_t i = 0; i < count; i++) x[i] = (real)(mean + factor * (x[i] - mean));
}

static int clamp(int v, int most) { return v < 0 ? 0 : v > most ? most : v; }

/* to[y][x] := from[y + dy][x + dx], 0 from outside. */
static void move(const real *from, int size, int dx, int dy, real *to) {
  const int left = clamp(-dx, size), right = clamp(size - dx, size);
  memset(to, 0, sizeof(real) * (size_t)size * (size_t)size);
  for (int y = 0; y < size && left < right; y++)
    if (y + dy >= 0 && y + dy < size)
      memcpy(to + y * size + left, from + (y + dy) * size + left + dx, sizeof(real) * (size_t)(right - left));
}

static void cover(const sm_view *v, int size, real *plane) {
  const int left = clamp(v->left, size), right = clamp(v->left + v->covered, size);
  for (int y = clamp(v->top, size); y < clamp(v->top + v->covered, size); y++)
    memset(plane + y * size + left, 0, sizeof(real) * (size_t)(right - left));
}

void sm_view_apply(const sm_view *v, const real *x, int size, real *out) {
  const size_t pixels = (size_t)size * (size_t)size;
  double all = 0;
  for (size_t i = 0; i < 3 * pixels; i++) all += x[i];
  all = all / (double)(3 * pixels) + v->brightness; /* which saturation leaves as it is */
  for (int row = 0; row < size; row++)
    for (int column = 0; column < size; column++) {
      const int from_x = column + v->dx, from_y = row + v->dy;
      const int inside = from_x >= 0 && from_x < size && from_y >= 0 && from_y < size;
      const real *from = inside ? x + from_y * size + from_x : NULL;
      const double mean = from ? ((double)from[0] + from[pixels] + from[2 * pixels]) / 3 : 0;
      for (size_t c = 0; c < 3; c++) {
        const double strong = from ? mean + v->brightness + v->saturation * (from[c * pixels] - mean) : 0;
        out[c * pixels + (size_t)(row * size + column)] = from ? (real)(all + v->contrast * (strong - all)) : 0;
      }
    }
  for (size_t c = 0; c < 3; c++) cover(v, size, out + c * pixels);
}

typedef struct viewing {
  const sm_view *views;
  const real *from;
  real *to, *room; /* room: a picture a worker, for gradients; then `add` */
  int size, add;
} viewing;

static void view_task(void *context, int index, int worker) {
  const viewing *v = context;
  const size_t each = 3 * (size_t)v->size * (size_t)v->size;
  (void)worker;
  sm_view_apply(&v->views[index], v->from + (size_t)index * each, v->size, v->to + (size_t)index * each);
}

/* The transpose: everything in the other order, and back. */
static void return_task(void *context, int index, int worker) {
  const viewing *v = context;
  const sm_view *view = &v->views[index];
  const size_t pixels = (size_t)v->size * (size_t)v->size, each = 3 * pixels;
  real *grad = v->room + (size_t)worker * 2 * each, *back = grad + each, *to = v->to + (size_t)index * each;
  memcpy(grad, v->from + (size_t)index * each, sizeof(real) * each);
  for (size_t c = 0; c < 3; c++) {
    cover(view, v->size, grad + c * pixels);
    move(grad + c * pixels, v->size, -view->dx, -view->dy, back + c * pixels);
  }
  contrast(view->contrast, each, back);
  saturate(view->saturation, pixels, back);
  for (size_t i = 0; i < each; i++) to[i] = v->add ? to[i] + back[i] : back[i];
}

static void backward(sm_tape *tape, sm_op *op) {
  const sm_variable *x = op->a;
  const size_t each = 3 * sm_variable_pixels(x);
  int add;
  real *grad = sm_gradient_of(tape, op->a, &add);
  real *room = grad ? sm_take(tape->shop, 2 * each * (size_t)sm_workshop_threads(tape->shop)) : NULL;
  if (!grad) return;
  if (room) sm_workshop_run(tape->shop, x->n, return_task, &(viewing){op->given, op->out->grad, grad, room, x->w, add});
  else tape->status = STYLEMAP_NO_MEMORY;
  sm_give(tape->shop, room);
}

static const sm_op_class view_class = {backward, NULL};

sm_variable *sm_layer_view(sm_tape *tape, sm_variable *x, const sm_view *views) {
  if (tape->status != STYLEMAP_OK) return NULL;
  sm_variable *out = sm_tape_value(tape, x->n, x->c, x->h, x->w);
  sm_op *op = out ? sm_tape_record(tape, &view_class, x, NULL, NULL, NULL, out) : NULL;
  if (!op) return NULL;
  op->given = views;
  sm_workshop_run(tape->shop, x->n, view_task, &(viewing){views, x->data, out->data, NULL, x->w, 0});
  return out;
}
