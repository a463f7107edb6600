/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which form a file has, and what its reader makes of it. */
#pragma once
#include "model/file/checkpoint.h"

/* Finds the form (F1), reads and checks the container and all of the description, checksums included. To be closed
 * after a failure, too. */
stylemap_status sm_checkpoint_open(const char *path, sm_checkpoint *checkpoint, stylemap_error *error);
/* The same for a plain state dict, not of a StyleMapGAN, or for a dict whose "model" is one: everything of it is in state[0],
 * under its whole name. */
stylemap_status sm_checkpoint_open_flat(const char *path, sm_checkpoint *checkpoint, stylemap_error *error);
void sm_checkpoint_close(sm_checkpoint *checkpoint);
void sm_checkpoint_tensor(const sm_checkpoint *checkpoint, uint32_t tensor, sm_tensor *out);
