/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every trained tensor: its name, its shape, its first value. */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "grad/learner.h"

static int power_of_two(int v) { return v > 0 && (v & (v - 1)) == 0; }

stylemap_status sm_learner_config(sm_config *c, int size, int spatial, int dim, int base, int cap, int small,
                                  stylemap_norm norm, int mapping, double lr_mul, stylemap_error *error) {
  if (!power_of_two(size) || size < 8 || size > 2048)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The size must be a power of two from 8 to 2048."), NULL);
  if (!power_of_two(spatial) || spatial < 4 || spatial >= size)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The stylemap's side must be a power of two, at least 4 and smaller than the size."), NULL);
  if (dim < 1 || dim > 4096 || cap < 1 || cap > 4096 || base < size || base > 1 << 24 || mapping < 1 ||
      mapping > SM_MAX_MAPPING || !(lr_mul > 0 && lr_mul <= 1) || (unsigned)norm > STYLEMAP_BATCH_NORM)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The network's widths are out of range: base must be at least the size, cap and the "
                           "stylemap's channels lie between 1 and 4096, the mapping layers between 1 and 64."),
                   NULL);
  *c = (sm_config){.size = size,
                   .spatial = spatial,
                   .dim = dim,
                   .mapping = mapping,
                   .lr_mul = lr_mul,
                   .norm = norm,
                   .small = small != 0};
  while (spatial << c->blocks < size) c->blocks++;
  for (int i = 0; i <= c->blocks; i++) c->width[i] = c->encoder[i] = sm_channels(base, cap, spatial << i);
  return STYLEMAP_OK;
}

/* One network under construction. Failures are sticky. */
typedef struct maker {
  sm_parameters *weights;
  uint64_t seed;
  int failed;
  int shell; /* names and shapes only: the numbers are somebody else's */
} maker;

static sm_parameter *declare(maker *m, double deviation, double constant, int rank, const int *shape,
                             const char *format, va_list list) {
  sm_parameters *w = m->weights;
  assert(w->count < w->room);
  sm_parameter *p = &w->parameter[w->count];
  int length = vsnprintf(p->name, sizeof p->name, format, list);
  assert(length > 0 && (size_t)length < sizeof p->name);
  p->rank = rank;
  p->count = 1;
  for (int i = 0; i < rank; i++) p->count *= (size_t)(p->shape[i] = shape[i]);
  int averaged = w->ema != NULL;
  p->pace = 1;
  if (m->shell) {
    w->count++;
    return p;
  }
  p->value = sm_calloc(p->count * (size_t)(4 + averaged), sizeof(real));
  if (!p->value) {
    m->failed = 1;
    p->count = 0;
    return p;
  }
  p->grad = p->value + p->count;
  p->moment = p->grad + p->count;
  p->square = p->moment + p->count;
  p->average = averaged ? p->square + p->count : NULL;
  sm_random random = sm_random_stream(m->seed, (uint64_t)w->count);
  for (size_t i = 0; i < p->count; i++)
    p->value[i] = (real)(deviation > 0 ? (float)(sm_random_normal(&random) * deviation) : constant);
  if (averaged) memcpy(p->average, p->value, p->count * sizeof(real));
  w->count++;
  return p;
}

static sm_parameter *normal(maker *m, double deviation, int rank, const int *shape, const char *format, ...) {
  va_list list;
  va_start(list, format);
  sm_parameter *p = declare(m, deviation, 0, rank, shape, format, list);
  va_end(list);
  return p;
}

static sm_parameter *constant(maker *m, double value, int count, const char *format, ...) {
  va_list list;
  va_start(list, format);
  sm_parameter *p = declare(m, 0, value, 1, &count, format, list);
  va_end(list);
  return p;
}

typedef enum { SAME, DOWN, UP, SKIP_DOWN, SKIP_UP } layer_kind;

/* A layer's blur kernel takes a place in the reference's list of modules, so names depend on the kind. */
static sm_learn_layer layer(maker *m, int cin, int cout, int k, layer_kind kind, const char *name) {
  int weight_at = kind == DOWN || kind == SKIP_DOWN, bias_at = kind == SAME ? 1 : 2;
  sm_learn_layer l = {normal(m, 1, 4, (int[]){cout, cin, k, k}, "%s.%d.weight", name, weight_at), NULL};
  if (kind != SKIP_DOWN && kind != SKIP_UP) l.bias = constant(m, 0, cout, "%s.%d.bias", name, bias_at);
  return l;
}

static sm_learn_layer linear(maker *m, int cin, int cout, double lr_mul, const char *name) {
  return (sm_learn_layer){normal(m, 1 / lr_mul, 2, (int[]){cout, cin}, "%s.weight", name),
                          constant(m, 0, cout, "%s.bias", name)};
}

static sm_learn_residual residual(maker *m, int cin, int cout, const char *prefix, int i) {
  char name[3][32];
  snprintf(name[0], sizeof name[0], "%s.%d.conv1", prefix, i);
  snprintf(name[1], sizeof name[1], "%s.%d.conv2", prefix, i);
  snprintf(name[2], sizeof name[2], "%s.%d.skip", prefix, i);
  return (sm_learn_residual){layer(m, cin, cin, 3, SAME, name[0]), layer(m, cin, cout, 3, DOWN, name[1]),
                             layer(m, cin, cout, 1, SKIP_DOWN, name[2])};
}

static sm_learn_styled styled(maker *m, const sm_config *c, int cin, int cout, int k, int style, const char *name) {
  sm_learn_styled s = {.conv.weight = normal(m, 1, 5, (int[]){1, cout, cin, k, k}, "%s.conv.weight", name)};
  s.gamma.weight = normal(m, 1, 4, (int[]){cin, style, 3, 3}, "%s.conv.gamma.weight", name);
  s.gamma.bias = constant(m, 1, cin, "%s.conv.gamma.bias", name);
  s.beta.weight = normal(m, 1, 4, (int[]){cin, style, 3, 3}, "%s.conv.beta.weight", name);
  s.beta.bias = constant(m, 0, cin, "%s.conv.beta.bias", name);
  s.conv.bias = constant(m, 0, cout, "%s.activate.bias", name);
  if (c->norm == STYLEMAP_BATCH_NORM) {
    s.running = sm_calloc(2 * (size_t)cin, sizeof(real));
    if (!s.running) m->failed = 1;
    else
      for (int i = 0; i < cin; i++) s.running[cin + i] = 1;
  }
  return s;
}

static void make_generator(maker *m, sm_learner *l) {
  const sm_config *c = &l->config;
  char name[48];
  for (int i = 0; i < c->mapping; i++) {
    snprintf(name, sizeof name, "mapping_z.%d", i + 1);
    l->mapping[i] = linear(m, c->dim, i < c->mapping - 1 ? c->dim : c->dim * c->spatial * c->spatial, c->lr_mul, name);
  }
  int s0 = sm_style_width(c, 0);
  l->resizer[0] = layer(m, c->dim, s0, 3, SAME, "decoder.convs_latent.0");
  l->resizer[1] = layer(m, s0, s0, 3, SAME, "decoder.convs_latent.1");
  l->input = normal(m, 1, 4, (int[]){1, c->width[0], c->spatial, c->spatial}, "decoder.input.input");
  l->conv1 = styled(m, c, c->width[0], c->width[0], 3, s0, "decoder.conv1");
  for (int i = 0; i < c->blocks; i++) {
    int low = sm_style_width(c, i), high = sm_style_width(c, i + 1);
    snprintf(name, sizeof name, "decoder.convs_latent.%d", 2 + 2 * i);
    l->resizer[2 + 2 * i] = layer(m, low, high, 3, UP, name);
    snprintf(name, sizeof name, "decoder.convs_latent.%d", 3 + 2 * i);
    l->resizer[3 + 2 * i] = layer(m, high, high, 3, SAME, name);
    snprintf(name, sizeof name, "decoder.convs.%d.conv1", i);
    l->blocks[i].conv1 = styled(m, c, c->width[i], c->width[i + 1], 3, low, name);
    snprintf(name, sizeof name, "decoder.convs.%d.conv2", i);
    l->blocks[i].conv2 = styled(m, c, c->width[i + 1], c->width[i + 1], 3, high, name);
    snprintf(name, sizeof name, "decoder.convs.%d.skip", i);
    l->blocks[i].skip = layer(m, c->width[i], c->width[i + 1], 1, SKIP_UP, name);
  }
  l->to_rgb = styled(m, c, c->width[c->blocks], 3, 1, sm_style_width(c, c->blocks), "decoder.to_rgb");
}

static void make_encoder(maker *m, sm_learner *l) {
  const sm_config *c = &l->config;
  l->from_rgb = layer(m, 3, c->encoder[c->blocks], 1, SAME, "from_rgb");
  for (int i = 0; i < c->blocks; i++)
    l->residual[i] = residual(m, c->encoder[c->blocks - i], c->encoder[c->blocks - i - 1], "convs", i);
  l->final_conv = layer(m, c->encoder[0], c->dim, 3, SAME, "final_conv");
}

static void make_discriminator(maker *m, sm_learner *l) {
  int side = l->config.size, base = l->base, cap = l->cap;
  l->d_from_rgb = layer(m, 3, sm_channels(base, cap, side), 1, SAME, "convs.0");
  for (; side > 4; side /= 2, l->d_blocks++)
    l->d_residual[l->d_blocks] =
        residual(m, sm_channels(base, cap, side), sm_channels(base, cap, side / 2), "convs", l->d_blocks + 1);
  int c = sm_channels(base, cap, 4);
  l->d_final_conv = layer(m, c + 1, c, 3, SAME, "final_conv");
  l->d_linear1 = linear(m, c * 16, c, 1, "final_linear.0");
  l->d_linear2 = linear(m, c, 1, 1, "final_linear.1");
}

static int open_weights(sm_parameters *w, const char *name, const char *ema) {
  w->room = 512; /* a 2048 model has under 300 in its generator */
  w->name = name;
  w->ema = ema;
  return (w->parameter = sm_calloc((size_t)w->room, sizeof *w->parameter)) != NULL;
}

stylemap_status sm_learner_new(const sm_config *config, int base, int cap, uint64_t seed, sm_learner **out,
                               stylemap_error *error) {
  sm_learner *l = sm_calloc(1, sizeof *l);
  if (!l) return sm_no_memory(error, sizeof *l);
  l->config = *config;
  l->base = base;
  l->cap = cap;
  int failed = !open_weights(&l->generator, "generator", "g_ema") || !open_weights(&l->encoder, "encoder", "e_ema") ||
               !open_weights(&l->discriminator, "discriminator", NULL);
  if (!failed) {
    maker m[3] = {{.weights = &l->generator, .seed = 3 * seed},
                  {.weights = &l->encoder, .seed = 3 * seed + 1},
                  {.weights = &l->discriminator, .seed = 3 * seed + 2}};
    make_generator(&m[0], l);
    make_encoder(&m[1], l);
    make_discriminator(&m[2], l);
    failed = m[0].failed || m[1].failed || m[2].failed;
  }
  if (failed) {
    sm_learner_free(l);
    return sm_no_memory(error, 0);
  }
  *out = l;
  return STYLEMAP_OK;
}

stylemap_status sm_learner_shell(const sm_config *config, sm_learner **out, stylemap_error *error) {
  sm_learner *l = sm_calloc(1, sizeof *l);
  if (!l) return sm_no_memory(error, sizeof *l);
  l->config = *config;
  l->shell = 1;
  if (!open_weights(&l->generator, "generator", "g_ema") || !open_weights(&l->encoder, "encoder", "e_ema")) {
    sm_learner_free(l);
    return sm_no_memory(error, 0);
  }
  maker g = {.weights = &l->generator, .shell = 1}, e = {.weights = &l->encoder, .shell = 1};
  make_generator(&g, l);
  make_encoder(&e, l);
  if (g.failed) {
    sm_learner_free(l);
    return sm_no_memory(error, 0);
  }
  *out = l;
  return STYLEMAP_OK;
}

static void free_weights(sm_parameters *w, int shell) {
  for (int i = 0; w->parameter && !shell && i < w->count; i++) sm_free(w->parameter[i].value);
  sm_free(w->parameter);
}

void sm_learner_free(sm_learner *l) {
  if (!l) return;
  free_weights(&l->generator, l->shell);
  free_weights(&l->encoder, l->shell);
  free_weights(&l->discriminator, l->shell);
  sm_free(l->conv1.running);
  sm_free(l->to_rgb.running);
  for (int i = 0; i < l->config.blocks; i++) {
    sm_free(l->blocks[i].conv1.running);
    sm_free(l->blocks[i].conv2.running);
  }
  sm_free(l);
}

stylemap_status sm_critic_init(sm_critic *critic, int numbers, uint64_t seed, stylemap_error *error) {
  enum { WIDTH = 256 };
  *critic = (sm_critic){0};
  if (!open_weights(&critic->weights, "critic", NULL)) return sm_no_memory(error, 0);
  maker m = {.weights = &critic->weights, .seed = seed};
  critic->layer[0] = linear(&m, numbers, WIDTH, 1, "linear.0");
  critic->layer[1] = linear(&m, WIDTH, WIDTH, 1, "linear.1");
  critic->layer[2] = linear(&m, WIDTH + 1, WIDTH, 1, "linear.2"); /* and the deviation */
  critic->layer[3] = linear(&m, WIDTH, 1, 1, "linear.3");
  return m.failed ? sm_no_memory(error, 0) : STYLEMAP_OK;
}

void sm_critic_clear(sm_critic *critic) {
  free_weights(&critic->weights, 0);
  *critic = (sm_critic){0};
}

sm_parameter *sm_find_parameter(const sm_parameters *w, const char *name) {
  for (int i = 0; i < w->count; i++)
    if (!strcmp(w->parameter[i].name, name)) return &w->parameter[i];
  return NULL;
}

void sm_learn(sm_parameters *w, int learn) {
  for (int i = 0; i < w->count; i++) w->parameter[i].learn = learn;
}

void sm_clear_gradients(sm_parameters *w) {
  for (int i = 0; i < w->count; i++) memset(w->parameter[i].grad, 0, sizeof(real) * w->parameter[i].count);
}

double sm_learn_scale(const sm_parameter *weight) {
  double fan_in = 1;
  for (int i = weight->rank == 5 ? 2 : 1; i < weight->rank; i++) fan_in *= weight->shape[i];
  return 1 / sqrt(fan_in);
}
