/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "grad/perceive.h"

/* Fills an empty `p` from torchvision's vgg16, and LPIPS's heads, of which `heads` is the file; NULL: they are in the first. As
 * torch.save wrote them or as safetensors. Refused where a tensor is missing, of a bad shape or not finite; sm_perceiver_clear
 * is due either way. */
stylemap_status sm_perceiver_read(sm_perceiver *p, const char *vgg, const char *heads, stylemap_error *error);
