/* SPDX-License-Identifier: GPL-3.0-or-later
 * LPIPS over VGG16 (Zhang et al., CVPR 2018). The weights come from the user: torchvision's vgg16 and LPIPS's heads. */
#pragma once
#include "grad/tape.h"

enum { SM_PERCEIVER_CONVS = 13, SM_PERCEIVER_TAPS = 5 };

typedef struct sm_perceiver {
  sm_parameter weight[SM_PERCEIVER_CONVS], bias[SM_PERCEIVER_CONVS];
  sm_parameter head[SM_PERCEIVER_TAPS]; /* one number a channel of the tap */
} sm_perceiver;

/* State-dict names: features.N.weight and features.N.bias of convolution `i`, linN.model.1.weight of head `i`. */
void sm_perceiver_names(int i, char weight[32], char bias[32]);
void sm_perceiver_head_name(int i, char name[32]);

/* Copies one tensor in (float, any source); its shape is what the file said. Checks widths against what came before, so
 * give convolutions in order, weight before bias, then heads. BAD_ARGUMENT names the tensor. */
stylemap_status sm_perceiver_set(sm_perceiver *p, const char *name, int rank, const int *shape, const float *values,
                                 stylemap_error *error);
void sm_perceiver_clear(sm_perceiver *p);

/* Mean over the batch of LPIPS(image, target); adds weight times its gradient to `image`. */
double sm_loss_perceptual(sm_tape *tape, const sm_perceiver *p, sm_variable *image, const real *target, double weight);
