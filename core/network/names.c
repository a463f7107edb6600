/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network/names.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *const sm_state_names[SM_STATES] = {"g_ema", "e_ema"};
const char *const sm_norm_names[SM_NORMS] = {[STYLEMAP_LAYER_NORM] = "LayerNorm",
                                             [STYLEMAP_INSTANCE_NORM] = "InstanceNorm2d",
                                             [STYLEMAP_BATCH_NORM] = "BatchNorm2d"};

typedef struct walk {
  sm_network *network;
  int state;
  sm_visit *visit;
  void *context;
} walk;

typedef struct shape {
  int rank;
  int64_t size[SM_SLOT_RANK];
} shape;

static stylemap_status visit(const walk *w, sm_slot slot, shape s, const char *format, va_list list) {
  vsnprintf(slot.name, sizeof slot.name, format, list);
  slot.state = w->state;
  slot.rank = s.rank;
  slot.numel = 1;
  for (int i = 0; i < s.rank; i++) {
    slot.size[i] = s.size[i];
    slot.numel *= s.size[i]; /* M2 and M4 keep every product below 2^50 */
  }
  return w->visit(w->context, &slot);
}

static stylemap_status slot(const walk *w, const float **to, shape s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static stylemap_status slot(const walk *w, const float **to, shape s, const char *format, ...) {
  va_list list;
  va_start(list, format);
  stylemap_status status = visit(w, (sm_slot){.to = to}, s, format, list);
  va_end(list);
  return status;
}

/* A convolution's weight. Those to and from RGB are read by net/ itself, as floats. */
static stylemap_status weight_slot(const walk *w, sm_conv *c, shape s, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static stylemap_status weight_slot(const walk *w, sm_conv *c, shape s, const char *format, ...) {
  const sm_network *n = w->network;
  const int floats = c == &n->from_rgb || c == &n->to_rgb.conv || c == &n->to_rgb.beta;
  va_list list;
  va_start(list, format);
  stylemap_status status = visit(w, (sm_slot){.to = &c->weight, .half = floats ? NULL : &c->half}, s, format, list);
  va_end(list);
  return status;
}

static shape shape_of(const sm_conv *c) { return (shape){4, {c->cout, c->cin, c->k, c->k}}; }
static const shape kernel = {2, {4, 4}};
static shape vector(int64_t n) { return (shape){1, {n}}; }

static void dims(sm_conv *c, int cout, int cin, int k) {
  c->cout = cout;
  c->cin = cin;
  c->k = k;
}

/* A layer that upsamples has its kernel behind the weight, one that downsamples in front of it; what follows the
 * last of them is the bias. `up` and `down` move the numbers of the parts. */
typedef enum resampling { PLAIN, UP, DOWN } resampling;

static stylemap_status layer(const walk *w, sm_conv *c, resampling mode, int has_bias, const char *prefix) {
  int part = 0;
  if (mode == DOWN) SM_TRY(slot(w, &c->blur, kernel, "%s.%d.kernel", prefix, part++));
  SM_TRY(weight_slot(w, c, shape_of(c), "%s.%d.weight", prefix, part++));
  if (mode == UP) SM_TRY(slot(w, &c->blur, kernel, "%s.%d.kernel", prefix, part++));
  if (has_bias) SM_TRY(slot(w, &c->bias, vector(c->cout), "%s.%d.bias", prefix, part));
  return STYLEMAP_OK;
}

/* gamma or beta: a convolution from the style, weight and bias under one name. */
static stylemap_status modulation(const walk *w, sm_conv *c, const char *prefix, const char *name) {
  SM_TRY(weight_slot(w, c, shape_of(c), "%s.conv.%s.weight", prefix, name));
  return slot(w, &c->bias, vector(c->cout), "%s.conv.%s.bias", prefix, name);
}

static stylemap_status styled(const walk *w, sm_styled *s, int cin, int cout, int k, int style, int up,
                              const char *prefix) {
  dims(&s->conv, cout, cin, k);
  dims(&s->gamma, cin, style, 3);
  dims(&s->beta, cin, style, 3);
  SM_TRY(weight_slot(w, &s->conv, (shape){5, {1, cout, cin, k, k}}, "%s.conv.weight", prefix));
  if (up) SM_TRY(slot(w, &s->conv.blur, kernel, "%s.conv.blur.kernel", prefix));
  if (w->network->config.norm == STYLEMAP_BATCH_NORM) {
    SM_TRY(slot(w, &s->mean, vector(cin), "%s.conv.norm.running_mean", prefix));
    SM_TRY(slot(w, &s->var, vector(cin), "%s.conv.norm.running_var", prefix));
    SM_TRY(slot(w, NULL, (shape){0}, "%s.conv.norm.num_batches_tracked", prefix));
  }
  SM_TRY(modulation(w, &s->gamma, prefix, "gamma"));
  SM_TRY(modulation(w, &s->beta, prefix, "beta"));
  return slot(w, &s->conv.bias, vector(cout), "%s.activate.bias", prefix);
}

static stylemap_status resizer(const walk *w, int j, int cin, int cout) {
  char prefix[SM_SLOT_NAME];
  sm_conv *c = &w->network->resizer[j];
  snprintf(prefix, sizeof prefix, "decoder.convs_latent.%d", j);
  dims(c, cout, cin, 3);
  return layer(w, c, j >= 2 && j % 2 == 0 ? UP : PLAIN, 1, prefix);
}

static stylemap_status generator(const walk *w) {
  sm_network *n = w->network;
  const sm_config *c = &n->config;
  const int *width = c->width;
  char prefix[SM_SLOT_NAME];

  for (int i = 0; i < c->mapping; i++) {
    int64_t out = i + 1 < c->mapping ? c->dim : (int64_t)c->dim * c->spatial * c->spatial;
    dims(&n->mapping[i], out <= INT32_MAX ? (int)out : 0, c->dim, 1); /* a larger one never fits into memory */
    SM_TRY(slot(w, &n->mapping[i].weight, (shape){2, {out, c->dim}}, "mapping_z.%d.weight", i + 1));
    SM_TRY(slot(w, &n->mapping[i].bias, vector(out), "mapping_z.%d.bias", i + 1));
  }

  SM_TRY(slot(w, &n->input, (shape){4, {1, width[0], c->spatial, c->spatial}}, "decoder.input.input"));
  SM_TRY(styled(w, &n->conv1, width[0], width[0], 3, sm_style_width(c, 0), 0, "decoder.conv1"));
  SM_TRY(resizer(w, 0, c->dim, sm_style_width(c, 0)));
  SM_TRY(resizer(w, 1, sm_style_width(c, 0), sm_style_width(c, 0)));

  for (int i = 0; i < c->blocks; i++) {
    int from = width[i], to = width[i + 1], style = sm_style_width(c, i), next = sm_style_width(c, i + 1);
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.conv1", i);
    SM_TRY(styled(w, &n->blocks[i].conv1, from, to, 3, style, 1, prefix));
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.conv2", i);
    SM_TRY(styled(w, &n->blocks[i].conv2, to, to, 3, next, 0, prefix));
    snprintf(prefix, sizeof prefix, "decoder.convs.%d.skip", i);
    dims(&n->blocks[i].skip, to, from, 1);
    SM_TRY(layer(w, &n->blocks[i].skip, UP, 0, prefix));
    SM_TRY(resizer(w, 2 + 2 * i, style, next));
    SM_TRY(resizer(w, 3 + 2 * i, next, next));
  }
  return styled(w, &n->to_rgb, width[c->blocks], 3, 1, sm_style_width(c, c->blocks), 0, "decoder.to_rgb");
}

static stylemap_status encoder(const walk *w) {
  sm_network *n = w->network;
  const sm_config *c = &n->config;
  char prefix[SM_SLOT_NAME];

  dims(&n->from_rgb, c->encoder[c->blocks], 3, 1);
  SM_TRY(layer(w, &n->from_rgb, PLAIN, 1, "from_rgb"));
  for (int i = 0; i < c->blocks; i++) {
    int from = c->encoder[c->blocks - i], to = c->encoder[c->blocks - i - 1];
    snprintf(prefix, sizeof prefix, "convs.%d.conv1", i);
    dims(&n->encoder[i].conv1, from, from, 3);
    SM_TRY(layer(w, &n->encoder[i].conv1, PLAIN, 1, prefix));
    snprintf(prefix, sizeof prefix, "convs.%d.conv2", i);
    dims(&n->encoder[i].conv2, to, from, 3);
    SM_TRY(layer(w, &n->encoder[i].conv2, DOWN, 1, prefix));
    snprintf(prefix, sizeof prefix, "convs.%d.skip", i);
    dims(&n->encoder[i].skip, to, from, 1);
    SM_TRY(layer(w, &n->encoder[i].skip, DOWN, 0, prefix));
  }
  dims(&n->final_conv, c->dim, c->encoder[0], 3);
  return layer(w, &n->final_conv, PLAIN, 1, "final_conv");
}

stylemap_status sm_names_walk(sm_network *network, int state, sm_visit *visit, void *context) {
  walk w = {network, state, visit, context};
  return state == SM_G ? generator(&w) : encoder(&w);
}

int *sm_names_width(sm_config *config, int state, int index, sm_slot *s, int *axis) {
  *s = (sm_slot){.state = state};
  if (state == SM_G) {
    *axis = 1;
    s->rank = index ? 5 : 4;
    if (index) snprintf(s->name, sizeof s->name, "decoder.convs.%d.conv1.conv.weight", index - 1);
    else snprintf(s->name, sizeof s->name, "decoder.input.input");
    return &config->width[index];
  }
  *axis = 0;
  s->rank = 4;
  if (index) snprintf(s->name, sizeof s->name, "convs.%d.conv2.1.weight", index - 1);
  else snprintf(s->name, sizeof s->name, "from_rgb.0.weight");
  return &config->encoder[config->blocks - index];
}
