/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "grad/perceive.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "grad/layers.h"

/* torchvision numbers activations and poolings too. */
static const int feature[SM_PERCEIVER_CONVS] = {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28};
static const int stage_end[SM_PERCEIVER_TAPS] = {1, 3, 6, 9, 12}; /* relu1_2, 2_2, 3_3, 4_3, 5_3 */
static const double shift[3] = {-.030, -.088, -.188}, scale[3] = {.458, .448, .450};

void sm_perceiver_names(int i, char weight[32], char bias[32]) {
  snprintf(weight, 32, "features.%d.weight", feature[i]);
  snprintf(bias, 32, "features.%d.bias", feature[i]);
}

void sm_perceiver_head_name(int i, char name[32]) { snprintf(name, 32, "lin%d.model.1.weight", i); }

static stylemap_status put(sm_parameter *p, const char *name, int rank, const int *shape, const float *values,
                           stylemap_error *error) {
  p->count = 1;
  p->rank = rank;
  for (int i = 0; i < rank; i++) p->count *= (size_t)(p->shape[i] = shape[i]);
  snprintf(p->name, sizeof p->name, "%s", name);
  sm_free(p->value);
  p->value = sm_alloc(p->count, sizeof(real));
  if (!p->value) return sm_no_memory(error, p->count * sizeof(real));
  for (size_t i = 0; i < p->count; i++) p->value[i] = values[i];
  return STYLEMAP_OK;
}

stylemap_status sm_perceiver_set(sm_perceiver *p, const char *name, int rank, const int *shape, const float *values,
                                 stylemap_error *error) {
  char weight[32], bias[32];
  for (int i = 0; i < SM_PERCEIVER_CONVS; i++) {
    sm_perceiver_names(i, weight, bias);
    int cin = i ? p->weight[i - 1].shape[0] : 3;
    if (!strcmp(name, weight) && rank == 4 && shape[0] > 0 && shape[1] == cin && shape[2] == 3 && shape[3] == 3)
      return put(&p->weight[i], name, rank, shape, values, error);
    if (!strcmp(name, bias) && rank == 1 && shape[0] == p->weight[i].shape[0] && shape[0] > 0)
      return put(&p->bias[i], name, rank, shape, values, error);
  }
  for (int i = 0; i < SM_PERCEIVER_TAPS; i++) {
    sm_perceiver_head_name(i, weight);
    if (!strcmp(name, weight) && rank == 4 && shape[0] == 1 && shape[1] == p->weight[stage_end[i]].shape[0] &&
        shape[1] > 0 && shape[2] == 1 && shape[3] == 1)
      return put(&p->head[i], name, rank, shape, values, error);
  }
  return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                 SM_TEXT("The perceptual network's tensor %1 is unknown, out of order or has another shape than "
                         "VGG16 with LPIPS heads."),
                 name, NULL);
}

void sm_perceiver_clear(sm_perceiver *p) {
  for (int i = 0; i < SM_PERCEIVER_CONVS; i++) {
    sm_free(p->weight[i].value);
    sm_free(p->bias[i].value);
  }
  for (int i = 0; i < SM_PERCEIVER_TAPS; i++) sm_free(p->head[i].value);
  *p = (sm_perceiver){0};
}

static void taps(sm_tape *tape, const sm_perceiver *p, sm_variable *image, sm_variable **tap) {
  const double factor[3] = {1 / scale[0], 1 / scale[1], 1 / scale[2]};
  const double offset[3] = {-shift[0] / scale[0], -shift[1] / scale[1], -shift[2] / scale[2]};
  sm_variable *x = sm_layer_enter(tape, sm_layer_scale_shift(tape, image, factor, offset));
  for (int i = 0, t = 0; i < SM_PERCEIVER_CONVS; i++) {
    sm_form form = {
        .walk = SM_WALK_SAME, .k = 3, .scale = 1, .bias = (sm_parameter *)&p->bias[i], .slope = 0, .gain = 1};
    x = sm_layer_conv(tape, x, (sm_parameter *)&p->weight[i], &form);
    if (i < stage_end[t]) continue;
    tap[t++] = x;
    if (t < SM_PERCEIVER_TAPS) x = sm_layer_max_pool(tape, x);
  }
}

/* One tap: the channel-normalised squared difference under the head, at every pixel of a picture. */
typedef struct comparison {
  const sm_variable *a, *b;
  const real *head;
  real *grad;
  double *sum, weight;
} comparison;

#define AT(c) (((c) / SM_LANE * pixels + i) * SM_LANE + (c) % SM_LANE)
static void compare_task(void *context, int n, int worker) {
  const comparison *t = context;
  size_t pixels = sm_variable_pixels(t->a), channels = (size_t)t->a->c;
  size_t first = (size_t)n * (size_t)(sm_variable_blocks(t->a) * SM_LANE) * pixels;
  const real *a = t->a->data + first, *b = t->b->data + first;
  double sum = 0;
  for (size_t i = 0; i < pixels; i++) {
    double sa = 0, sb = 0, dot = 0, value = 0;
    for (size_t c = 0; c < channels; c++) {
      sa += (double)a[AT(c)] * a[AT(c)];
      sb += (double)b[AT(c)] * b[AT(c)];
    }
    sa = sqrt(sa);
    sb = sqrt(sb);
    double ra = 1 / (sa + 1e-10), rb = 1 / (sb + 1e-10);
    for (size_t c = 0; c < channels; c++) {
      double u = a[AT(c)], d = u * ra - b[AT(c)] * rb;
      value += t->head[c] * d * d;
      dot += 2 * t->head[c] * d * u;
    }
    sum += value;
    if (!t->grad) continue;
    double back = sa > 0 ? dot / (sa * (sa + 1e-10)) : 0;
    for (size_t c = 0; c < channels; c++) {
      double u = a[AT(c)], d = u * ra - b[AT(c)] * rb;
      t->grad[first + AT(c)] += (real)(t->weight * (2 * t->head[c] * d - u * back) * ra);
    }
  }
  t->sum[n] = sum / (double)pixels;
}
#undef AT

double sm_loss_perceptual(sm_tape *tape, const sm_perceiver *p, sm_variable *image, const real *target, double weight) {
  if (tape->status != STYLEMAP_OK) return 0;
  sm_tape other;
  sm_tape_open(&other, tape->shop);
  sm_variable *a[SM_PERCEIVER_TAPS], *b[SM_PERCEIVER_TAPS];
  taps(&other, p, sm_tape_leaf(&other, image->n, 3, image->h, image->w, target, 0), b);
  taps(tape, p, image, a);
  double loss = 0, *sum = other.status == STYLEMAP_OK ? sm_tape_statistics(tape, (size_t)image->n) : NULL;
  if (other.status != STYLEMAP_OK) tape->status = other.status;
  for (int t = 0; tape->status == STYLEMAP_OK && t < SM_PERCEIVER_TAPS; t++) {
    int add = 0;
    size_t pixels = (size_t)a[t]->h * (size_t)a[t]->w;
    comparison c = {
        a[t], b[t], p->head[t].value, sm_gradient_of(tape, a[t], &add), sum, weight / (double)pixels / image->n};
    if (c.grad && !add) memset(c.grad, 0, sizeof(real) * sm_variable_count(a[t]));
    if (tape->status != STYLEMAP_OK) break;
    sm_workshop_run(tape->shop, image->n, compare_task, &c);
    for (int n = 0; n < image->n; n++) loss += sum[n] / image->n;
  }
  sm_release_statistics(sum);
  sm_tape_clear(&other);
  return loss;
}
