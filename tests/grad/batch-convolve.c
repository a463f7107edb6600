/* SPDX-License-Identifier: GPL-3.0-or-later
 * grad/batch-convolve.h by definition, for the double build: a map's block is one channel, so all are planes. */
#include "grad/batch-convolve.h"

#include <string.h>

typedef struct job {
  const sm_pass *pass;
  const real *in, *delta;
  const sm_target *target;
  real *to, *grad;
  int pad, maps, h, w, oh, ow, exchanged;
} job;

int sm_convolved_side(sm_walk walk, int side) {
  return walk == SM_WALK_SAME ? side : walk == SM_WALK_DOWN ? side / 2 : 2 * side;
}

/* to[y][x] = gain / 64 sum k[u] k[v] in[y + u - pad][x + v - pad], k = 1 3 3 1. */
static void blur_task(void *context, int map, int worker) {
  const job *j = context;
  static const double tap[4] = {1, 3, 3, 1};
  const real *in = j->in + (size_t)map * (size_t)(j->h * j->w);
  real *to = j->to + (size_t)map * (size_t)(j->oh * j->ow);
  for (int y = 0; y < j->oh; y++)
    for (int x = 0; x < j->ow; x++) {
      double sum = 0;
      for (int u = 0; u < 4; u++)
        for (int v = 0; v < 4; v++) {
          int a = y + u - j->pad, b = x + v - j->pad;
          if (a >= 0 && a < j->h && b >= 0 && b < j->w) sum += tap[u] * tap[v] * in[a * j->w + b];
        }
      to[y * j->ow + x] = sum / 64 * j->pass->gain;
    }
}

static real *blurred(sm_workshop *shop, const sm_pass *p, const real *in, int maps, int h, int w, int pad) {
  job j = {.pass = p, .in = in, .pad = pad, .h = h, .w = w, .oh = h + 2 * pad - 3, .ow = w + 2 * pad - 3};
  j.to = sm_take(shop, (size_t)maps * (size_t)(j.oh * j.ow));
  if (j.to) sm_workshop_run(shop, maps, blur_task, &j);
  return j.to;
}

static real weight_at(const sm_pass *p, const real *weight, int o, int c, int t) {
  int kk = p->k * p->k;
  if (!p->adjoint) return weight[(o * p->cin + c) * kk + t];
  return weight[(c * p->cout + o) * kk + (p->walk == SM_WALK_SAME ? kk - 1 - t : t)];
}

/* Output map (picture, o), without blur, bias and activation: SAME, strided from h x w, or transposed from h x w. */
static void convolve_task(void *context, int map, int worker) {
  const job *j = context;
  const sm_pass *p = j->pass;
  int n = map / p->cout, o = map % p->cout, step = p->walk == SM_WALK_SAME ? 1 : 2, up = p->walk == SM_WALK_UP;
  real *to = j->to + (size_t)map * (size_t)(j->oh * j->ow);
  memset(to, 0, sizeof *to * (size_t)(j->oh * j->ow));
  for (int c = 0; c < p->cin; c++)
    for (int t = 0; t < p->k * p->k; t++) {
      const real *in = j->in + (size_t)(n * p->cin + c) * (size_t)(j->h * j->w);
      double w = p->scale * weight_at(p, j->target->weight, o, c, t);
      for (int y = 0; y < (up ? j->h : j->oh); y++)
        for (int x = 0; x < (up ? j->w : j->ow); x++) {
          int a = y * step + t / p->k - j->pad, b = x * step + t % p->k - j->pad;
          if (up) to[a * j->ow + b] += w * in[y * j->w + x];
          else if (a >= 0 && a < j->h && b >= 0 && b < j->w) to[y * j->ow + x] += w * in[a * j->w + b];
        }
    }
}

static stylemap_status convolve(sm_workshop *shop, const sm_pass *p, const real *in, const sm_target *target) {
  int oh = sm_convolved_side(p->walk, p->h), ow = sm_convolved_side(p->walk, p->w), maps = p->n * p->cout;
  job j = {.pass = p, .in = in, .target = target, .pad = p->walk == SM_WALK_SAME ? p->k / 2 : 0,
           .h = p->h, .w = p->w, .oh = oh, .ow = ow};
  real *wide = NULL, *raw = NULL;
  if (p->walk == SM_WALK_UP) j.oh = 2 * p->h + 1, j.ow = 2 * p->w + 1;
  if (p->walk == SM_WALK_DOWN) {
    j.in = wide = blurred(shop, p, in, p->n * p->cin, p->h, p->w, 2);
    j.h++, j.w++;
  }
  j.to = raw = sm_take(shop, (size_t)maps * (size_t)(j.oh * j.ow));
  if (!j.in || !raw) return STYLEMAP_NO_MEMORY;
  sm_workshop_run(shop, maps, convolve_task, &j);
  if (p->walk == SM_WALK_UP) {
    real *narrow = blurred(shop, p, raw, maps, j.oh, j.ow, 1);
    sm_give(shop, raw);
    if (!narrow) return STYLEMAP_NO_MEMORY;
    raw = narrow;
  }
  for (int map = 0; map < maps; map++)
    for (size_t i = 0; i < (size_t)(oh * ow); i++) {
      size_t at = (size_t)map * (size_t)(oh * ow) + i;
      real v = raw[at] + (target->bias ? target->bias[map % p->cout] * target->bias_scale : 0);
      target->out[at] = (v > 0 ? v : v * target->slope) + (target->add ? target->add[at] : 0);
    }
  sm_give(shop, raw);
  sm_give(shop, wide);
  return STYLEMAP_OK;
}

stylemap_status sm_convolve(sm_workshop *shop, const sm_pass *p, const real *in, const sm_target *target, int count) {
  for (int i = 0; i < count; i++) {
    stylemap_status status = convolve(shop, p, in, &target[i]);
    if (status != STYLEMAP_OK) return status;
  }
  return STYLEMAP_OK;
}

static void weight_task(void *context, int pair, int worker) {
  const job *j = context;
  const sm_pass *p = j->pass;
  int o = pair / p->cin, c = pair % p->cin, kk = p->k * p->k, step = p->walk == SM_WALK_SAME ? 1 : 2;
  for (int t = 0; t < kk; t++) {
    double sum = 0;
    for (int n = 0; n < p->n; n++)
      for (int y = 0; y < j->oh; y++)
        for (int x = 0; x < j->ow; x++) {
          int a = y * step + t / p->k - j->pad, b = x * step + t % p->k - j->pad;
          if (a < 0 || a >= j->h || b < 0 || b >= j->w) continue;
          const real *delta = j->delta + (n * p->cout + o) * j->oh * j->ow;
          const real *in = j->in + (n * p->cin + c) * j->h * j->w;
          sum += delta[y * j->ow + x] * in[a * j->w + b];
        }
    j->grad[(j->exchanged ? c * p->cout + o : pair) * kk + t] += p->scale * sum;
  }
}

stylemap_status sm_convolve_weight(sm_workshop *shop, const sm_pass *p, const real *in, const real *const *delta,
                                   int count, int exchanged, real *const *grad) {
  job j = {.pass = p, .in = in, .pad = p->walk == SM_WALK_SAME ? p->k / 2 : 0, .h = p->h, .w = p->w,
           .oh = sm_convolved_side(p->walk, p->h), .ow = sm_convolved_side(p->walk, p->w), .exchanged = exchanged};
  real *wide = NULL;
  if (p->walk == SM_WALK_DOWN) {
    j.in = wide = blurred(shop, p, in, p->n * p->cin, p->h, p->w, 2);
    if (!wide) return STYLEMAP_NO_MEMORY;
    j.h++, j.w++;
  }
  for (int i = 0; i < count; i++) {
    j.delta = delta[i];
    j.grad = grad[i];
    sm_workshop_run(shop, p->cin * p->cout, weight_task, &j);
  }
  sm_give(shop, wide);
  return STYLEMAP_OK;
}
