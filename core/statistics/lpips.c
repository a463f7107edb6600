/* SPDX-License-Identifier: GPL-3.0-or-later
 * LPIPS as a measure: the trainer's loss of one picture, without a gradient. */
#include "base/memory.h"
#include "stylemap-measure.h"
#include "train/perceive-read.h"

struct stylemap_lpips {
  sm_workshop *shop;
  sm_perceiver net;
};

stylemap_status stylemap_lpips_open(const char *vgg, const char *heads, int threads, stylemap_lpips **lpips,
                                    stylemap_error *error) {
  if (!vgg || !lpips) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  stylemap_lpips *made = sm_calloc(1, sizeof *made);
  if (!made) return sm_no_memory(error, sizeof *made);
  stylemap_status status = sm_workshop_new(threads, &made->shop, error);
  if (status == STYLEMAP_OK) status = sm_perceiver_read(&made->net, vgg, heads, error);
  if (status == STYLEMAP_OK) *lpips = made;
  else stylemap_lpips_free(made);
  return status;
}

void stylemap_lpips_free(stylemap_lpips *lpips) {
  if (!lpips) return;
  sm_perceiver_clear(&lpips->net);
  sm_workshop_free(lpips->shop);
  sm_free(lpips);
}

stylemap_status stylemap_lpips_distance(stylemap_lpips *lpips, const float *a, const float *b, int size, double *distance,
                                        stylemap_error *error) {
  if (!lpips || !a || !b || !distance || size < 16)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("LPIPS compares two pictures of 16 x 16 or more."), NULL);
  sm_tape tape;
  sm_tape_open(&tape, lpips->shop);
  const double found = sm_loss_perceptual(&tape, &lpips->net, sm_tape_leaf(&tape, 1, 3, size, size, a, 0), b, 1);
  const stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  if (status != STYLEMAP_OK) return sm_no_memory(error, (uint64_t)size * (uint64_t)size * 64 * sizeof(float));
  *distance = found;
  return STYLEMAP_OK;
}
