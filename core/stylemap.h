/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libstylemap: StyleMapGAN (Kim, Choi, Kim, Yoo, Uh, CVPR 2021, arXiv 2104.14754) on the CPU.
 *
 *   layer -> sample -> encode -> resize -> blend -> synth -> paste -> new layer
 *
 * This header is the manual, and the one to include; its pages, in the folder stylemap/, are listed at its end.
 * core/edit/transplant.c is the usage example: the whole flow, one call a stage.
 *
 * TENSORS are the caller's float arrays in C H W order, one picture each:
 *   image     3 x S x S   R'G'B' (sRGB-encoded) in -1..1, row 0 at the top; S = stylemap_info.size
 *   stylemap  D x P x P   the paper's w; D = latent_channel_size, P = latent_spatial_size
 *   z         D           Gaussian noise
 *   mask      1 x S x S   0..1, 1 = take the reference
 * A style pyramid (W+) is opaque, because its layout belongs to the kernels.
 *
 * ERRORS. Every function that can fail returns a stylemap_status and fills the caller's stylemap_error
 * (which may be NULL). On failure the outputs are untouched, except that a style pyramid that was being filled
 * is undefined and stylemap_layer.write may have been called for some rows. Breaking a rule of this header is
 * STYLEMAP_BAD_ARGUMENT, never a crash.
 *
 * THREADS. A model never changes after opening and serves any number of sessions at once. A session serves
 * one call at a time; it owns its worker threads. Progress and layer callbacks run on the calling thread.
 * Results are the same bit for bit from run to run at a given thread count and instruction set.
 *
 * The library prints nothing, never exits, reads no environment variable and no locale, and keeps no global
 * state.
 *
 * A WHOLE PROGRAM, built by: cc example.c $(pkg-config --cflags --libs stylemap)
 *
 *   #include <stdio.h>
 *   #include <stylemap.h>
 *
 *   int main(int argc, char **argv) { // MODEL TARGET REFERENCE MASK RESULT, all but the model as single tensors
 *     stylemap_error error = {.message = "five files, please"};
 *     stylemap_model *model = NULL;
 *     stylemap_session *session = NULL;
 *     float *target = NULL, *reference = NULL, *mask = NULL, *result = NULL;
 *     stylemap_edit edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1.0};
 *     int failed = argc != 6 || stylemap_open(argv[1], 0, NULL, NULL, &model, &error);
 *     int64_t S = failed ? 1 : stylemap_model_info(model)->size, image[] = {1, 3, S, S}, grey[] = {1, 1, S, S};
 *     failed = failed || stylemap_session_new(model, 0, NULL, NULL, &session, &error) ||
 *              stylemap_tensor_read(argv[2], "image", 4, image, &target, &error) ||
 *              stylemap_tensor_read(argv[2], "image", 4, image, &result, &error) ||
 *              stylemap_tensor_read(argv[3], "image", 4, image, &reference, &error) ||
 *              stylemap_tensor_read(argv[4], "mask", 4, grey, &mask, &error) ||
 *              stylemap_transplant(session, target, &(stylemap_reference){reference, mask}, 1, &edit, result, &error) ||
 *              stylemap_tensor_write(argv[5], "image", 4, image, result, &error);
 *     if (failed) fprintf(stderr, "%s\n", error.message);
 *     return failed; // the process ends: else stylemap_tensor_free, stylemap_session_free, stylemap_close
 *   }
 */
#ifndef STYLEMAP_H
#define STYLEMAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "stylemap/base.h"    /* errors, progress, the version */
#include "stylemap/model.h"   /* a model and its texts: inspect, open, save; single tensors in files */
#include "stylemap/net.h"     /* sessions, style pyramids, and the paper's boxes: encode, map, resize, blend, synth */
#include "stylemap/frame.h"   /* the square of a layer that a model sees: fit, sample, paste */
#include "stylemap/edit.h"    /* transplant, reconstruct, interpolate, refine, heal */
#include "stylemap/place.h"   /* where a picture shows what a model knows: place, learn to */
#include "stylemap/face.h"    /* faces in photographs, and the square of a model on one */
#include "stylemap/direction.h" /* what a model has learnt to change: adjust */
#include "stylemap/measure.h" /* numbers about pictures */
#include "stylemap/train.h"   /* training */

#ifdef __cplusplus
}
#endif
#endif
