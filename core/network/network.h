/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bound network: what model/bind.c fills and net/ runs. design: "Networks" in the paper's appendix A;
 * describe.c knows every tensor of it. No function here, only shapes. */
#pragma once
#include "stylemap.h"

enum {
  SM_MAX_BLOCKS = 9, /* log2(2048 / 4) */
  SM_MAX_LEVELS = 2 + 2 * SM_MAX_BLOCKS,
  SM_MAX_MAPPING = 64,
  SM_MAX_LAYERS = 3 * 192, /* convolutions and linear layers of generator, encoder and discriminator */
};

/* Everything that determines names and shapes. */
typedef struct sm_config {
  int size;     /* S */
  int spatial;  /* P */
  int dim;      /* D */
  int mapping;  /* fully connected layers */
  double lr_mul;
  stylemap_norm norm;
  int small;
  int blocks;                       /* log2(S / P) */
  int width[SM_MAX_BLOCKS + 1];     /* generator channels at P << i */
  int encoder[SM_MAX_BLOCKS + 1];   /* encoder channels at P << i */
  int discriminator[SM_MAX_BLOCKS + 1]; /* at 4 << i; only where a trainer made the configuration */
} sm_config;

/* The rule of the published networks; others may have any widths. */
static inline int sm_channels(int base, int cap, int side) { return base / side < cap ? base / side : cap; }

/* How often the discriminator halves S to come to 4. */
static inline int sm_discriminator_blocks(const sm_config *c) {
  int blocks = 0;
  while (4 << blocks < c->size) blocks++;
  return blocks;
}

/* Channels of the style maps at P << i: s(r) of the paper's style resizer. */
static inline int sm_style_width(const sm_config *c, int i) { return c->small ? c->dim : c->width[i]; }

/* Stored numbers; equalised learning rate scales (1 / sqrt(fan_in) * lr_mul) are applied by net/. */
typedef struct sm_conv {
  const float *weight; /* cout x cin x k x k (linear: cout x cin), or NULL: `half` */
  const uint16_t *half; /* the same as fp16, as a file has it; layers that net/ reads itself never */
  const float *bias;   /* cout, or NULL */
  const float *blur;   /* 4 x 4, or NULL: the stored FIR kernel of an up or down layer */
  int cout, cin, k;
  int number; /* of the layer, below SM_MAX_LAYERS: what a trainer has of it stands under this number */
} sm_conv;

typedef struct sm_styled {
  sm_conv gamma, beta; /* style -> cin, k = 3, with bias */
  sm_conv conv;        /* cin -> cout; blur if it upsamples; its bias is activate.bias */
  const float *mean, *var; /* cin each, BatchNorm2d only */
} sm_styled;

/* Halves a map: conv1, and conv2, which halves, beside a 1 x 1 of the halved map. */
typedef struct sm_residual {
  sm_conv conv1, conv2, skip;
} sm_residual;

/* Only for training; not in files. */
typedef struct sm_discriminator {
  sm_conv from_rgb;
  sm_residual blocks[SM_MAX_BLOCKS]; /* [0] works at S */
  sm_conv final_conv, linear1, linear2;
} sm_discriminator;

typedef struct sm_network {
  sm_config config;
  sm_conv mapping[SM_MAX_MAPPING];

  sm_conv from_rgb;
  sm_residual encoder[SM_MAX_BLOCKS]; /* [0] works at S */
  sm_conv final_conv;

  sm_conv resizer[SM_MAX_LEVELS]; /* convs_latent.j: j = 0, 1 plain; then up, plain, up, plain ... */
  const float *input;             /* width[0] x P x P */
  sm_styled conv1;
  struct { sm_styled conv1, conv2; sm_conv skip; } blocks[SM_MAX_BLOCKS]; /* [0] leads to 2P */
  sm_styled to_rgb;

  sm_discriminator discriminator;
  const float *mean;              /* w_mean, D x P x P, or NULL */
} sm_network;

/* The bound network of an opened model; NULL if it was only inspected (model/ fills it). */
const sm_network *sm_model_network(const stylemap_model *model);
