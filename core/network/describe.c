/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network/describe.h"
#include "base/error.h"
#include "network/blur.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

const char *const sm_state_names[SM_STATES] = {"g_ema", "e_ema"};
const char *const sm_norm_names[SM_NORMS] = {[STYLEMAP_LAYER_NORM] = "LayerNorm",
                                             [STYLEMAP_INSTANCE_NORM] = "InstanceNorm2d",
                                             [STYLEMAP_BATCH_NORM] = "BatchNorm2d"};

typedef struct walk {
  sm_network *network;
  int state, number, layer; /* of the next trained tensor; of the next layer */
  sm_visit *visit;
  void *context;
} walk;

typedef struct shape {
  int rank;
  int64_t size[SM_SLOT_RANK];
} shape;

static stylemap_status slot(walk *w, sm_slot s, shape of, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static stylemap_status slot(walk *w, sm_slot s, shape of, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int length = vsnprintf(s.name, sizeof s.name, format, list);
  va_end(list);
  assert(length > 0 && (size_t)length < sizeof s.name && (s.to || s.role == SM_BATCHES));
  s.state = w->state;
  s.rank = of.rank;
  s.numel = 1;
  for (int i = 0; i < of.rank; i++) {
    s.size[i] = of.size[i];
    s.numel *= of.size[i]; /* M2 and M4 keep every product below 2^50 */
  }
  s.number = s.role == SM_WEIGHT || s.role == SM_BIAS ? w->number++ : -1;
  if (!(s.pace > 0)) s.pace = 1;
  return w->visit(w->context, &s);
}

static shape vector(int64_t n) { return (shape){1, {n}}; }
static shape shape_of(const sm_conv *c) { return (shape){4, {c->cout, c->cin, c->k, c->k}}; }

static void dims(walk *w, sm_conv *c, int cout, int cin, int k) {
  assert(w->layer < SM_MAX_LAYERS);
  c->number = w->layer++;
  c->cout = cout;
  c->cin = cin;
  c->k = k;
}

/* Those to and from RGB are read by net/ itself, as floats. */
static sm_slot weight_of(const walk *w, sm_conv *c) {
  const sm_network *n = w->network;
  const int floats = c == &n->from_rgb || c == &n->to_rgb.conv || c == &n->to_rgb.beta || w->state == SM_D;
  return (sm_slot){.role = SM_WEIGHT, .deviation = 1, .layer = c->number, .to = &c->weight,
                   .half = floats ? NULL : &c->half};
}

static sm_slot bias_of(sm_conv *c, double constant) {
  return (sm_slot){.role = SM_BIAS, .constant = constant, .layer = c->number, .to = &c->bias};
}

static sm_slot blur_of(sm_conv *c, double gain) {
  return (sm_slot){.role = SM_BLUR, .constant = gain, .layer = c->number, .to = &c->blur};
}

static const shape kernel = {2, {4, 4}};

/* A layer that upsamples has its kernel behind the weight, one that downsamples in front of it; what follows the
 * last of them is the bias. `up` and `down` move the numbers of the parts. `width` is that of its outputs, where
 * nothing in front of it tells them. */
typedef enum resampling { PLAIN, UP, DOWN } resampling;

static stylemap_status layer(walk *w, sm_conv *c, resampling mode, int has_bias, int *width, const char *prefix) {
  int part = 0;
  sm_slot weight = weight_of(w, c);
  weight.width = width;
  if (mode == DOWN) SM_TRY(slot(w, blur_of(c, SM_GAIN_HALVE), kernel, "%s.%d.kernel", prefix, part++));
  SM_TRY(slot(w, weight, shape_of(c), "%s.%d.weight", prefix, part++));
  if (mode == UP) SM_TRY(slot(w, blur_of(c, SM_GAIN_DOUBLE), kernel, "%s.%d.kernel", prefix, part++));
  if (has_bias) SM_TRY(slot(w, bias_of(c, 0), vector(c->cout), "%s.%d.bias", prefix, part));
  return STYLEMAP_OK;
}

static stylemap_status linear(walk *w, sm_conv *c, int64_t out, int in, double lr_mul, const char *prefix) {
  dims(w, c, out <= INT32_MAX ? (int)out : 0, in, 1); /* a larger one never fits into memory */
  sm_slot weight = weight_of(w, c), bias = bias_of(c, 0);
  weight.half = NULL;
  weight.deviation = 1 / lr_mul;
  weight.pace = bias.pace = 1 / lr_mul;
  SM_TRY(slot(w, weight, (shape){2, {out, in}}, "%s.weight", prefix));
  return slot(w, bias, vector(out), "%s.bias", prefix);
}

/* gamma or beta: a convolution from the style, weight and bias under one name. */
static stylemap_status modulation(walk *w, sm_conv *c, double bias, const char *prefix, const char *name) {
  SM_TRY(slot(w, weight_of(w, c), shape_of(c), "%s.conv.%s.weight", prefix, name));
  return slot(w, bias_of(c, bias), vector(c->cout), "%s.conv.%s.bias", prefix, name);
}

static stylemap_status styled(walk *w, sm_styled *s, int cin, int cout, int k, int style, int *width,
                              const char *prefix) {
  dims(w, &s->conv, cout, cin, k);
  dims(w, &s->gamma, cin, style, 3);
  dims(w, &s->beta, cin, style, 3);
  sm_slot weight = weight_of(w, &s->conv);
  weight.width = width;
  weight.axis = 1;
  SM_TRY(slot(w, weight, (shape){5, {1, cout, cin, k, k}}, "%s.conv.weight", prefix));
  if (width) SM_TRY(slot(w, blur_of(&s->conv, SM_GAIN_DOUBLE), kernel, "%s.conv.blur.kernel", prefix));
  if (w->network->config.norm == STYLEMAP_BATCH_NORM) {
    sm_slot mean = {.role = SM_MEAN, .layer = s->conv.number, .to = &s->mean};
    sm_slot variance = {.role = SM_VARIANCE, .constant = 1, .layer = s->conv.number, .to = &s->var};
    SM_TRY(slot(w, mean, vector(cin), "%s.conv.norm.running_mean", prefix));
    SM_TRY(slot(w, variance, vector(cin), "%s.conv.norm.running_var", prefix));
    SM_TRY(slot(w, (sm_slot){.role = SM_BATCHES}, (shape){0}, "%s.conv.norm.num_batches_tracked", prefix));
  }
  SM_TRY(modulation(w, &s->gamma, 1, prefix, "gamma"));
  SM_TRY(modulation(w, &s->beta, 0, prefix, "beta"));
  return slot(w, bias_of(&s->conv, 0), vector(cout), "%s.activate.bias", prefix);
}

/* A resolution's two layers of the style resizer. A run keeps them before the layers that they style, from `number`
 * on; the files have them behind those. */
enum { RESIZERS = 4 /* trained tensors: two weights, two biases */ };

static stylemap_status resizers(walk *w, int i, int cin, int cout, int number) {
  char prefix[SM_SLOT_NAME];
  const int behind = w->number;
  w->number = number;
  for (int j = 2 * i; j < 2 * i + 2; j++, cin = cout) {
    sm_conv *c = &w->network->resizer[j];
    snprintf(prefix, sizeof prefix, "decoder.convs_latent.%d", j);
    dims(w, c, cout, cin, 3);
    SM_TRY(layer(w, c, i && j % 2 == 0 ? UP : PLAIN, 1, NULL, prefix));
  }
  assert(w->number == number + RESIZERS);
  w->number = behind;
  return STYLEMAP_OK;
}

static stylemap_status generator(walk *w) {
  sm_network *n = w->network;
  sm_config *c = &n->config;
  int *width = c->width;
  char prefix[SM_SLOT_NAME];

  for (int i = 0; i < c->mapping; i++) {
    int64_t out = i + 1 < c->mapping ? c->dim : (int64_t)c->dim * c->spatial * c->spatial;
    snprintf(prefix, sizeof prefix, "mapping_z.%d", i + 1);
    SM_TRY(linear(w, &n->mapping[i], out, c->dim, c->lr_mul, prefix));
  }

  int first = w->number;
  w->number += RESIZERS;
  sm_slot input = {.role = SM_WEIGHT, .deviation = 1, .width = &width[0], .axis = 1, .layer = -1, .to = &n->input};
  SM_TRY(slot(w, input, (shape){4, {1, width[0], c->spatial, c->spatial}}, "decoder.input.input"));
  SM_TRY(styled(w, &n->conv1, width[0], width[0], 3, sm_style_width(c, 0), NULL, "decoder.conv1"));
  SM_TRY(resizers(w, 0, c->dim, sm_style_width(c, 0), first));

  for (int i = 0; i < c->blocks; i++) {
    int from = width[i], to = width[i + 1], style = sm_style_width(c, i), next = sm_style_width(c, i + 1);
    first = w->number;
    w->number += RESIZERS;
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.conv1", i);
    SM_TRY(styled(w, &n->blocks[i].conv1, from, to, 3, style, &width[i + 1], prefix));
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.conv2", i);
    SM_TRY(styled(w, &n->blocks[i].conv2, to, to, 3, next, NULL, prefix));
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.skip", i);
    dims(w, &n->blocks[i].skip, to, from, 1);
    SM_TRY(layer(w, &n->blocks[i].skip, UP, 0, NULL, prefix));
    SM_TRY(resizers(w, i + 1, style, next, first));
  }
  return styled(w, &n->to_rgb, width[c->blocks], 3, 1, sm_style_width(c, c->blocks), NULL, "decoder.to_rgb");
}

/* Block `i` of encoder or discriminator, whose outputs have *to channels. */
static stylemap_status residual(walk *w, sm_residual *r, int i, int from, int *to) {
  char prefix[SM_SLOT_NAME];
  snprintf(prefix, sizeof prefix, "convs.%d.conv1", i);
  dims(w, &r->conv1, from, from, 3);
  SM_TRY(layer(w, &r->conv1, PLAIN, 1, NULL, prefix));
  snprintf(prefix, sizeof prefix, "convs.%d.conv2", i);
  dims(w, &r->conv2, *to, from, 3);
  SM_TRY(layer(w, &r->conv2, DOWN, 1, w->state == SM_E ? to : NULL, prefix));
  snprintf(prefix, sizeof prefix, "convs.%d.skip", i);
  dims(w, &r->skip, *to, from, 1);
  return layer(w, &r->skip, DOWN, 0, NULL, prefix);
}

static stylemap_status encoder(walk *w) {
  sm_network *n = w->network;
  sm_config *c = &n->config;
  dims(w, &n->from_rgb, c->encoder[c->blocks], 3, 1);
  SM_TRY(layer(w, &n->from_rgb, PLAIN, 1, &c->encoder[c->blocks], "from_rgb"));
  for (int i = 0, at = c->blocks; i < c->blocks; i++, at--)
    SM_TRY(residual(w, &n->encoder[i], i, c->encoder[at], &c->encoder[at - 1]));
  dims(w, &n->final_conv, c->dim, c->encoder[0], 3);
  return layer(w, &n->final_conv, PLAIN, 1, NULL, "final_conv");
}

static stylemap_status discriminator(walk *w) {
  sm_discriminator *d = &w->network->discriminator;
  int *width = w->network->config.discriminator, last = width[0];
  const int blocks = sm_discriminator_blocks(&w->network->config);
  dims(w, &d->from_rgb, width[blocks], 3, 1);
  SM_TRY(layer(w, &d->from_rgb, PLAIN, 1, NULL, "convs.0"));
  for (int i = 0, at = blocks; i < blocks; i++, at--)
    SM_TRY(residual(w, &d->blocks[i], i + 1, width[at], &width[at - 1]));
  dims(w, &d->final_conv, last, last + 1, 3); /* and the deviation */
  SM_TRY(layer(w, &d->final_conv, PLAIN, 1, NULL, "final_conv"));
  SM_TRY(linear(w, &d->linear1, last, last * 4 * 4, 1, "final_linear.0"));
  return linear(w, &d->linear2, 1, last, 1, "final_linear.1");
}

stylemap_status sm_network_walk(sm_network *network, int which, sm_visit *visit, void *context) {
  static stylemap_status (*const of[SM_NETWORKS])(walk *) = {generator, encoder, discriminator};
  const sm_config *c = &network->config;
  assert(which && !(which & ~SM_OF_TRAINER) && visit);
  assert(c->blocks > 0 && c->blocks <= SM_MAX_BLOCKS && c->spatial << c->blocks == c->size);
  assert(c->mapping > 0 && c->mapping <= SM_MAX_MAPPING && c->dim > 0 && c->lr_mul > 0);
  for (int state = 0; state < SM_NETWORKS; state++) {
    /* every network counts its layers from a place of its own, whatever else is visited */
    walk w = {.network = network, .state = state, .layer = state * (SM_MAX_LAYERS / SM_NETWORKS), .visit = visit,
              .context = context};
    if (which & 1 << state) SM_TRY(of[state](&w));
  }
  return STYLEMAP_OK;
}

float sm_slot_first(const sm_slot *slot, size_t i, sm_random *stream) {
  if (slot->role == SM_BLUR) return (float)sm_blur_tap((int)i, slot->constant);
  return (float)(slot->deviation > 0 ? sm_random_normal(stream) * slot->deviation : slot->constant);
}

void sm_config_widths(sm_config *c, int base, int cap) {
  c->blocks = 0;
  while (c->spatial << c->blocks < c->size) c->blocks++;
  assert(c->blocks <= SM_MAX_BLOCKS && base >= c->size && cap > 0);
  for (int i = 0; i <= c->blocks; i++) c->width[i] = c->encoder[i] = sm_channels(base, cap, c->spatial << i);
  for (int i = 0; i <= sm_discriminator_blocks(c); i++) c->discriminator[i] = sm_channels(base, cap, 4 << i);
}
