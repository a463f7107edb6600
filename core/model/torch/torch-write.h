/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tensors -> the zip form of torch.save, written beside and renamed. */
#pragma once
#include "model/file/safetensors-write.h"

/* A dict of the two states, of the tensors that are called "g_ema.NAME" and "e_ema.NAME" (as F32, whatever they are here; a
 * SM_I64 is a single number), and of train_args, a plain dict of `arguments`: a text, or a number or true or false as
 * sm_out_text has them; a fraction as a tensor without dimensions. BAD_ARGUMENT where the file would have 4 GiB or more. */
stylemap_status sm_torch_write(const char *path, const sm_out_tensor *tensors, size_t count, const sm_out_text *arguments,
                               size_t argument_count, stylemap_error *error);
