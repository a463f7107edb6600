/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libstylemap: StyleMapGAN (Kim, Choi, Kim, Yoo, Uh, CVPR 2021, arXiv 2104.14754) on the CPU.
 *
 *   layer -> sample -> encode -> resize -> blend -> synth -> paste -> new layer
 *
 * This header is the manual. edit/transplant.c is the usage example: the whole flow, one call a stage.
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
 * is undefined and stylemap_layer.write may have been called for some rows. Breaking a rule of this header is STYLEMAP_BAD_ARGUMENT, never a crash.
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

#if defined __GNUC__ && !defined STYLEMAP_STATIC
#define STYLEMAP_API __attribute__((visibility("default")))
#else
#define STYLEMAP_API
#endif

/* ------------------------------------------------------------------------------------------- errors */

typedef enum stylemap_status {
  STYLEMAP_OK,
  STYLEMAP_BAD_ARGUMENT, /* the caller broke a rule of this header, or the user's wish cannot be met */
  STYLEMAP_FILE_ERROR,   /* a file cannot be opened, read or written */
  STYLEMAP_REFUSED,      /* a file was read and is not what it should be; stylemap_error.rule names the rule */
  STYLEMAP_NO_MEMORY,
  STYLEMAP_CANCELLED,    /* a progress callback returned non-zero */
} stylemap_status;

#define STYLEMAP_ERROR_ARGUMENTS 4
#define STYLEMAP_ERROR_TEXT 1024

/* One clear sentence, in two forms: `message`, English and complete, and `format` with `argument`, so that a
 * host can translate. `format` is a static string with %1 .. %4 where the arguments go. Arguments are valid
 * UTF-8 of at most 255 bytes; they may hold text from a file, so escape them where markup is shown. */
typedef struct stylemap_error {
  stylemap_status status;
  char rule[8];       /* "P9", "Z12", ...: the file rule that failed, or "" */
  const char *format; /* never NULL once filled */
  char argument[STYLEMAP_ERROR_ARGUMENTS][256];
  char message[STYLEMAP_ERROR_TEXT];
} stylemap_error;

/* Fills `text` (at most `size` bytes, always closed) from a translated `format` and the error's arguments. */
STYLEMAP_API void stylemap_error_translate(const stylemap_error *error, const char *format, char *text, size_t size);

/* Phases a progress callback names. */
typedef enum stylemap_phase {
  STYLEMAP_PHASE_OPEN,
  STYLEMAP_PHASE_SAMPLE,
  STYLEMAP_PHASE_ENCODE,
  STYLEMAP_PHASE_MAP,
  STYLEMAP_PHASE_RESIZE,
  STYLEMAP_PHASE_BLEND,
  STYLEMAP_PHASE_SYNTH,
  STYLEMAP_PHASE_PASTE,
  STYLEMAP_PHASE_REFINE,
} stylemap_phase;

/* Called on the calling thread, `fraction` rising from 0 to 1 within one public call. Non-zero cancels: the
 * call returns STYLEMAP_CANCELLED within a few milliseconds (one tile of one layer). What the last call returns, at 1
 * and with the outputs written, does not matter. */
typedef int (*stylemap_progress)(void *data, stylemap_phase phase, double fraction);

STYLEMAP_API const char *stylemap_version(void);

/* -------------------------------------------------------------------------------------------- models */

typedef enum stylemap_norm { STYLEMAP_LAYER_NORM, STYLEMAP_INSTANCE_NORM, STYLEMAP_BATCH_NORM } stylemap_norm;
typedef enum stylemap_form { STYLEMAP_FORM_LEGACY, STYLEMAP_FORM_ZIP, STYLEMAP_FORM_SAFETENSORS } stylemap_form;

typedef struct stylemap_info {
  stylemap_form form;
  int size;                  /* S, 8..2048 */
  int latent_spatial_size;   /* P, 4.. */
  int latent_channel_size;   /* D */
  int mapping_layer_num;
  double lr_mul;
  stylemap_norm norm;
  int small_generator;
  int levels;                /* maps in a style pyramid: 2 + 2 log2(S / P) */
  uint64_t parameters;       /* numbers in g_ema and e_ema, buffers included */
  uint64_t bytes;            /* of the file */
  uint64_t not_finite;       /* weights that are NaN or infinite; known after stylemap_examine, else 0 */
  char dtype[8];             /* "F32", "F16", "BF16", "F64", or "mixed" */
  int has_mean;              /* the file carries w_mean */
  int places;                /* it has learnt to find its subject: stylemap_place works */
} stylemap_info;

typedef struct stylemap_model stylemap_model;

/* Reads and checks everything but the weights (core/README.md, "Model files", lists the rules F L Z S P T M).
 * No weight is converted, no thread is started. `model` may be asked for texts, and closed. */
STYLEMAP_API stylemap_status stylemap_inspect(const char *path, stylemap_model **model, stylemap_error *error);

/* stylemap_inspect, then reads all weights once, keeps none, and counts those that are NaN or infinite
 * (info.not_finite): a model with any cannot be opened. */
STYLEMAP_API stylemap_status stylemap_examine(const char *path, stylemap_model **model, stylemap_error *error);

/* stylemap_inspect, then converts the weights to float. `memory_limit` in bytes, for the weights; 0 = 4 GiB. A
 * larger model is STYLEMAP_NO_MEMORY before anything of its size is allocated. A model with NaN or infinite weights
 * is refused (M5) by the name of the first such tensor: it would paint black. */
STYLEMAP_API stylemap_status stylemap_open(const char *path, uint64_t memory_limit, stylemap_progress progress,
                                           void *data, stylemap_model **model, stylemap_error *error);
STYLEMAP_API void stylemap_close(stylemap_model *model);

/* The widths of a network: channels(r) = min(channel_cap, channel_base / r). */
typedef struct stylemap_architecture {
  int size, latent_spatial_size, latent_channel_size;
  int channel_cap, channel_base;
  int small_generator;
  int mapping_layer_num;
  double lr_mul;
} stylemap_architecture;
/* An untrained model: N(0,1) weights, biases as training starts them, LayerNorm. For benchmarks and tests. */
STYLEMAP_API stylemap_status stylemap_model_random(const stylemap_architecture *architecture, uint64_t seed,
                                                   stylemap_model **model, stylemap_error *error);

STYLEMAP_API const stylemap_info *stylemap_model_info(const stylemap_model *model);

/* A text of the file's `__metadata__` ("licence", "dataset", "attribution", "created_by", "source_sha256",
 * "canonical_points", "heldout_mse", and all of train_args; of a .pt the scalars of its train_args), or NULL.
 * Valid UTF-8, lives as long as the model. */
STYLEMAP_API const char *stylemap_model_text(const stylemap_model *model, const char *key);

typedef struct stylemap_save_options {
  int half;                   /* store fp16; a weight that would overflow is refused by name */
  const char *const *texts;   /* key, value, key, value, NULL: replace or add to the model's texts */
} stylemap_save_options;

typedef struct stylemap_save_report {
  double half_error;          /* largest |fp16 - fp32| over all weights; 0 without `half` */
  char half_tensor[256];      /* where */
} stylemap_save_report;

/* Writes the opened (not only inspected) model as safetensors, beside `path` and renamed, so that a failure leaves
 * what was there; w_mean (fp32) is computed if absent. `options` and `report` may be NULL. What is in train_args
 * cannot be replaced by `texts`. */
STYLEMAP_API stylemap_status stylemap_save(const stylemap_model *model, const char *path,
                                           const stylemap_save_options *options, stylemap_save_report *report,
                                           stylemap_error *error);

/* Single tensors in safetensors files, unrounded: what hosts take in and give out beside pictures (`image`
 * 1 x 3 x S x S, `mask` 1 x 1 x S x S, `w` 1 x D x P x P, `z` N x D).
 *
 * Reads tensor `name` (F32, F16, BF16 or F64) as floats. `shape` holds `rank` sizes to expect, 0..8 of them, -1
 * for any, and on success those of the file. A tensor of another shape or with a number that is NaN or infinite
 * is refused. `*values`, row-major, is the caller's, to be freed by stylemap_tensor_free. */
STYLEMAP_API stylemap_status stylemap_tensor_read(const char *path, const char *name, int rank, int64_t *shape,
                                                  float **values, stylemap_error *error);
/* Writes a file that holds this one tensor as F32, beside `path` and renamed. */
STYLEMAP_API stylemap_status stylemap_tensor_write(const char *path, const char *name, int rank, const int64_t *shape,
                                                   const float *values, stylemap_error *error);
STYLEMAP_API void stylemap_tensor_free(float *values);

/* ------------------------------------------------------------------------------------------ sessions */

typedef struct stylemap_session stylemap_session;
typedef struct stylemap_pyramid stylemap_pyramid;

/* Plans all scratch memory before any work, so that no later call fails for memory half way.
 * `threads`: 0 = one per available core. `progress` may be NULL. */
STYLEMAP_API stylemap_status stylemap_session_new(const stylemap_model *model, int threads,
                                                  stylemap_progress progress, void *data,
                                                  stylemap_session **session, stylemap_error *error);

typedef struct stylemap_session_options {
  int threads;         /* 0 = one per available core */
  const char *kernels; /* "avx512", "avx2", "neon" or "portable"; NULL = the best this machine can run */
  size_t cache_bytes;  /* optional memory beyond the plan: style maps, pyramids and modulations of pictures that
                          transplant and reconstruct have seen, so that the next edit of them computes only what
                          changed. A pair's first edit at full strength takes its pyramids and at most an eleventh of
                          this; a second one, or one at a lower strength, all it can use. 0 = nothing is kept;
                          stylemap_session_new allows 1 GiB. Results do not depend on it, not by a bit */
} stylemap_session_options;
STYLEMAP_API stylemap_status stylemap_session_open(const stylemap_model *model, const stylemap_session_options *options,
                                                   stylemap_progress progress, void *data, stylemap_session **session,
                                                   stylemap_error *error);
STYLEMAP_API void stylemap_session_free(stylemap_session *session);
STYLEMAP_API int stylemap_session_threads(const stylemap_session *session);
STYLEMAP_API const char *stylemap_session_kernels(const stylemap_session *session);
/* Forgets earlier pictures; their memory waits for the next ones. */
STYLEMAP_API void stylemap_session_forget(stylemap_session *session);
STYLEMAP_API size_t stylemap_session_bytes(const stylemap_session *session); /* the plan's size */

STYLEMAP_API stylemap_status stylemap_pyramid_new(const stylemap_model *model, stylemap_pyramid **pyramid,
                                                  stylemap_error *error);
STYLEMAP_API void stylemap_pyramid_free(stylemap_pyramid *pyramid);
/* Channels and side of level `level` (0 .. levels - 1) of the model's pyramids. */
STYLEMAP_API stylemap_status stylemap_pyramid_shape(const stylemap_model *model, int level, int *channels, int *side);
/* Copies level `level` out as C H W floats. */
STYLEMAP_API stylemap_status stylemap_pyramid_get(const stylemap_pyramid *pyramid, int level, float *values);

/* The boxes of the paper's figure 2. */
STYLEMAP_API stylemap_status stylemap_encode(stylemap_session *session, const float *image, float *stylemap,
                                             stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_map(stylemap_session *session, const float *z, float *stylemap,
                                          stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_resize(stylemap_session *session, const float *stylemap,
                                             stylemap_pyramid *pyramid, stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_synth(stylemap_session *session, const stylemap_pyramid *pyramid, float *image,
                                            stylemap_error *error);

/* How a level's weights come from the mask (docs: core/README.md, "mask rules"). */
typedef enum stylemap_mask_rule {
  STYLEMAP_MASK_SOFT, /* the mask averaged over the level's cells */
  STYLEMAP_MASK_ANY,  /* 1 where the mask touches the cell (the paper's tables) */
  STYLEMAP_MASK_HALF, /* 1 where the average is above 0.5 (the published demo) */
} stylemap_mask_rule;

/* target := target + weight * (reference - target) at every level; strength 0..1 multiplies the weight after
 * the rule. stylemap_blend_w does the same once, on the P x P stylemap (the paper's W). */
STYLEMAP_API stylemap_status stylemap_blend(stylemap_pyramid *target, const stylemap_pyramid *reference,
                                            const float *mask, stylemap_mask_rule rule, double strength,
                                            stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_blend_w(const stylemap_model *model, float *target, const float *reference,
                                              const float *mask, stylemap_mask_rule rule, double strength,
                                              stylemap_error *error);

/* out := a + t (b - a), all levels; `out` may be `a` or `b`. */
STYLEMAP_API stylemap_status stylemap_lerp(const stylemap_pyramid *a, const stylemap_pyramid *b, double t,
                                           stylemap_pyramid *out, stylemap_error *error);
/* Copies levels first .. last - 1 of `from` into `to` (style mixing). */
STYLEMAP_API stylemap_status stylemap_mix(stylemap_pyramid *to, const stylemap_pyramid *from, int first, int last,
                                          stylemap_error *error);

/* N(0,1) noise of our own documented generator (core/base/random.c): the same on every machine.
 * Picture `index` (from 0) of seed `seed`. */
STYLEMAP_API void stylemap_random(uint64_t seed, uint64_t index, float *z, int count);
/* Mean stylemap of 5,000 z of seed 0: the file's w_mean, else computed. */
STYLEMAP_API stylemap_status stylemap_mean(stylemap_session *session, float *stylemap, stylemap_error *error);

/* -------------------------------------------------------------------------------- layers and squares */

/* Where the model's square lies on a layer, in layer pixels (pixel i covers i .. i + 1): what a host stores
 * to paste back exactly. */
typedef struct stylemap_placement {
  double x, y;  /* centre */
  double side;  /* 1 .. 2^20 */
  double angle; /* radians, clockwise on screen: how far the square is turned from upright */
  int mirror;   /* 1: the square shows the layer with left and right exchanged (before it is turned) */
} stylemap_placement;

/* The centred square of side min(width, height). */
STYLEMAP_API void stylemap_fit(int width, int height, stylemap_placement *placement);

/* The whole layer pixels that `placement` touches, clipped to width x height. */
STYLEMAP_API void stylemap_bounds(const stylemap_placement *placement, int width, int height, int *x, int *y, int *w,
                                  int *h);

/* A picture as a host has it. Pixels are float R'G'B'A (alpha not premultiplied, sRGB-encoded, 0..1), for a
 * mask one float 0..1. `read` fills a rectangle that lies inside the layer, `write` takes one; they return 0,
 * or non-zero to stop with STYLEMAP_CANCELLED. Rectangles come in bands from top to bottom, at most
 * about 16 MB each. */
typedef struct stylemap_layer {
  int width, height;
  void *data;
  int (*read)(void *data, int x, int y, int width, int height, float *pixels);
  int (*write)(void *data, int x, int y, int width, int height, const float *pixels);
} stylemap_layer;

/* Layer -> image (3 x size x size): over mid-grey where transparent; area average when shrinking, cubic when
 * enlarging, the identity at 1:1; clipped to -1..1. Each pixel is clipped to 0..1 first, NaN counts as 0. */
STYLEMAP_API stylemap_status stylemap_sample(const stylemap_layer *layer, const stylemap_placement *placement, int size,
                                             float *image, stylemap_error *error);
/* Mask layer -> 1 x size x size, by area average (enlarged: by exact cover), so a touched cell is above 0.
 * NaN counts as 0. */
STYLEMAP_API stylemap_status stylemap_sample_mask(const stylemap_layer *mask, const stylemap_placement *placement,
                                                  int size, float *values, stylemap_error *error);
/* Image -> the rectangle x, y, w, h of `result`, resampled back, clipped to 0..1, alpha from `target`.
 * The rectangle must lie inside the layer; outside the square the target's own pixels are written. NaN
 * in the image counts as 0, which is mid-grey. */
STYLEMAP_API stylemap_status stylemap_paste(const float *image, int size, const stylemap_placement *placement,
                                            const stylemap_layer *target, int x, int y, int w, int h,
                                            const stylemap_layer *result, stylemap_error *error);

/* ----------------------------------------------------------------------------------------- the flow */

typedef enum stylemap_space { STYLEMAP_SPACE_W_PLUS, STYLEMAP_SPACE_W } stylemap_space;

typedef struct stylemap_edit {
  stylemap_mask_rule rule;
  stylemap_space space;
  double strength; /* 0..1 */
} stylemap_edit;

/* What is taken from one picture. */
typedef struct stylemap_reference {
  const float *image;
  const float *mask; /* where it is taken */
} stylemap_reference;

/* The main job on square tensors: image := G(blend(E(target), E(reference), mask)). `count` references, 1 or more, are
 * blended in one after the other, so later ones lie above earlier ones. */
STYLEMAP_API stylemap_status stylemap_transplant(stylemap_session *session, const float *target,
                                                 const stylemap_reference *references, int count,
                                                 const stylemap_edit *edit, float *image, stylemap_error *error);
/* image := G(E(target)). */
STYLEMAP_API stylemap_status stylemap_reconstruct(stylemap_session *session, const float *target, float *image,
                                                  stylemap_error *error);

/* -------------------------------------------------------------------------------------------- healing */

/* Which collage is healed. Cloned: the reference's colours are moved by the membrane of Poisson cloning so that it meets
 * the target at the mask's edge, which takes away another light, another camera. FIT: cloned where the model knows the
 * clone nearly as well as it knows the target, copied where it does not. */
typedef enum stylemap_start {
  STYLEMAP_START_COPY,
  STYLEMAP_START_CLONE,
  STYLEMAP_START_MEAN,
  STYLEMAP_START_FIT,
} stylemap_start;

/* One reference of a healed edit: its square is laid on the target's, so with the same placement on layers of one size
 * it is taken as it lies. `mask` has the target layer's size, one float a pixel, 1 = take the reference; what is
 * transparent in the reference is not taken. */
typedef struct stylemap_piece {
  const stylemap_layer *picture;
  stylemap_placement placement;
  const stylemap_layer *mask;
} stylemap_piece;

typedef struct stylemap_heal_options {
  stylemap_start start;
  int rounds;      /* of projection, 1..16; a collage that fits takes half of them */
  double detail;   /* 0: the model's drawing alone; 0.5: the pictures' own detail where the model left the collage as it
                      was, generously where the collage fits; 1: all of the collage's detail */
  double strength; /* 0..1; 0 is the target */
  stylemap_mask_rule rule; /* of the blend at every level; STYLEMAP_MASK_ANY is the measured one */
} stylemap_heal_options;

/* What tests/bench/truth chose; strength 1. */
STYLEMAP_API void stylemap_heal_defaults(stylemap_heal_options *options);

typedef struct stylemap_heal_report {
  stylemap_start start; /* which collage was healed */
  int rounds;           /* that it took */
  double misfit; /* how many times the model's error is larger on what was pasted than on the target: 1 fits, 10 does not */
  double change; /* root of the mean squared change, inside the mask, that the model made in the collage (-1..1) */
} stylemap_heal_report;

/* The edit that beats copy and paste (the method: core/README.md, "Healing"): the pieces are laid over the target as a
 * collage at full resolution; what the model makes of it, with the target put back outside the mask after each round, is
 * applied to the collage as a correction, so that lines, grain and fine detail of both stay where the model agrees.
 * Writes the rectangle x, y, w, h (on the layer, w and h at least 1) of `result` as stylemap_paste does: alpha from
 * `target`, whose colours count in full where it is partly transparent, the edit at full weight wherever a mask is above 0,
 * so that the host fades it in by the mask. A few floats a pixel of the rectangle are held in memory. `report` may be
 * NULL; like `result` it is written by a call that succeeds. */
STYLEMAP_API stylemap_status stylemap_heal(stylemap_session *session, const stylemap_layer *target,
                                           const stylemap_placement *placement, const stylemap_piece *pieces, int count,
                                           const stylemap_heal_options *options, int x, int y, int w, int h,
                                           const stylemap_layer *result, stylemap_heal_report *report,
                                           stylemap_error *error);

/* ------------------------------------------------------------------------------------- placement */

typedef struct stylemap_place_report {
  int sure;            /* the model knows the picture there; 0: nothing better than the start was found */
  double error;        /* mean squared error of the model's reconstruction at the placement (-1..1) */
  double start_error;  /* the same where the search began */
  double usual_error;  /* the same of pictures that the model knows */
  int encodes, syntheses; /* that it took */
} stylemap_place_report;

/* Where on the layer the model's subject lies as the model knows it (centre, side and angle; mirror is the start's): the
 * model must have learnt it (stylemap_info.places). `near` NULL: all of the layer is searched, squares from a third of
 * its shorter side up; else squares of about that side and angle around it, as where a user has selected one of several
 * faces. With `keep` the start (`near`, or the centred square) stays where the model's error on it is at most five times
 * its usual one, which costs an encode and a synthesis.
 * Where nothing is found of which the model is sure, `placement` is the start and the call succeeds: see the report,
 * which may be NULL. Some fifty encodes; the layer is copied once, at the size that they need, so an edit of 4,000 pixels
 * reads it once or twice. */
STYLEMAP_API stylemap_status stylemap_place(stylemap_session *session, const stylemap_layer *layer,
                                            const stylemap_placement *near, int keep, stylemap_placement *placement,
                                            stylemap_place_report *report, stylemap_error *error);

typedef struct stylemap_place_options {
  uint64_t pictures; /* there are so many: 16 or more, with their subject where the model wants it */
  /* Puts picture `index` at `image` (3 x S x S), on the calling thread; non-zero: it cannot, and the call ends CANCELLED. */
  int (*picture)(void *data, uint64_t index, float *image);
  /* Or NULL. Non-zero cancels, and the model stays as it was. */
  int (*progress)(void *data, double fraction);
  void *data;
  int samples; /* encodes for each of three stages; 0: 10,000 */
  int threads; /* 0 = one per available core */
} stylemap_place_options;

typedef struct stylemap_place_lesson {
  double half, tenth; /* corners' mean distance from where they belong, in pixels of S: the median, and what one in ten
                         exceeds, of pictures kept back, moved, turned, scaled and in other surroundings */
} stylemap_place_lesson;

/* Teaches an opened model to find its subject, from pictures such as it was trained on. The model must serve no session
 * yet; stylemap_save then writes what it has learnt (place.*, about 250 KB). Failure leaves the model as it was; where the
 * pictures do not teach it (they show different things in different places, or the model does not know them), that is
 * BAD_ARGUMENT. The same at any thread count. */
STYLEMAP_API stylemap_status stylemap_place_learn(stylemap_model *model, const stylemap_place_options *options,
                                                  stylemap_place_lesson *lesson, stylemap_error *error);

/* Takes frame `number` (from 0) of a row, an image that is valid during the call; non-zero ends the row with
 * STYLEMAP_CANCELLED. On the calling thread. */
typedef int (*stylemap_frame)(void *data, int number, const float *image);
/* A row of `frames` (2 or more) pictures that leads from stylemap `a` to `b`, at t = 0, 1 / (frames - 1), ... 1, in even
 * steps in W or W+. The first and the last frame are G of a and of b, bit for bit. */
STYLEMAP_API stylemap_status stylemap_interpolate(stylemap_session *session, const float *a, const float *b,
                                                  stylemap_space space, int frames, stylemap_frame take, void *data,
                                                  stylemap_error *error);

/* Mean squared difference over `count` numbers, `a` clipped to -1..1 first. */
STYLEMAP_API double stylemap_mse(const float *a, const float *b, size_t count);
/* Mean absolute difference of neighbours, across and down, of an image clipped to -1..1: 0 is flat, 2 the most. NaN
 * counts as 0. */
STYLEMAP_API double stylemap_sharpness(const float *image, int size);

/* ------------------------------------------------------------------------------------------ refining */

typedef struct stylemap_refine_options {
  int steps;      /* of gradient descent, each about five times the work of a synthesis */
  double offsets; /* how freely the style pyramid may leave what the stylemap gives: 0 not at all, 1 as is usual */
} stylemap_refine_options;

typedef struct stylemap_refine_report {
  double before, after; /* mean squared difference from the image, output clipped */
  int steps;            /* taken; fewer than asked where nothing improved any more */
} stylemap_refine_report;

/* Fills `pyramid` with styles that reproduce `image` better than the encoder's: never worse. Only models with the
 * standard blur kernels. Progress is told as STYLEMAP_PHASE_REFINE; a call that fails leaves both outputs as they were. */
STYLEMAP_API stylemap_status stylemap_refine(stylemap_session *session, const float *image,
                                             const stylemap_refine_options *options, stylemap_pyramid *pyramid,
                                             stylemap_refine_report *report, stylemap_error *error);

/* ---------------------------------------------------------------------------------------- training */

/* The paper's joint training of G, E and D (core/train/). One trainer serves one thread at a time and owns its
 * workers. A step gives the same bits at any thread count, and after saving and loading. */
typedef struct stylemap_trainer stylemap_trainer;

typedef struct stylemap_train_options {
  /* the network: channels(r) = min(cap, base / r) at every resolution r */
  int size, latent_spatial_size, latent_channel_size, mapping_layer_num, base, cap;
  int small_generator;
  stylemap_norm norm; /* BATCH_NORM trains with the batch's statistics and keeps running ones, as the published code */
  double lr_mul;
  /* the data */
  int batch;     /* pictures a step, of all ranks together; above 4 a multiple of 4, for each rank too */
  int mirror;    /* half of the pictures are mirrored at random */
  uint64_t seed;
  /* Adam and averaging; may be changed when a run goes on */
  double learning_rate, beta1, beta2;
  double ema; /* decay of the averages; (1 + i) / (10 + i) at iteration i as long as that is less */
  int muon; /* in the warm-up E's and G's convolutions learn by orthogonalised momentum (of 0.95) instead of Adam */
  /* weights of the losses; 0 leaves one out. edges: L1 of image and gradients at four scales */
  double adversarial, w_reconstruction, in_domain, mse, perceptual, edges;
  double matching; /* warm-up only: the nearest of many samples of the mapping network moves towards each stylemap */
  double features; /* the discriminator's view of picture and reconstruction; needs it, so not in the warm-up */
  double mixtures; /* joint phase: collages of two pictures, as the model heals them, look real to the discriminator */
  double heal;     /* 0..1, the share of pictures of which the encoder is shown a spoilt copy (core/train/spoil.h): a region
                      moved, turned, scaled and in other colours, so that it learns to bring collages back to pictures */
  double r1;     /* gamma of the R1 penalty */
  int r1_every;  /* iterations */
  uint64_t anneal_from, anneal_to; /* between these iterations the learning rate falls in a line to 0; 0, 0: never */
  uint64_t warm_up; /* first iterations: only mse, perceptual, edges and matching */
} stylemap_train_options;

/* Plain means over this rank's batch, before weighting; 0 where a loss is left out. */
typedef struct stylemap_train_losses {
  double g_adversarial, w_reconstruction, d_adversarial, r1, mse, perceptual, edges, in_domain, matching, features;
  double mixtures;
} stylemap_train_losses;

/* The published settings, with the widths of the shipped 128 x 128 model. */
STYLEMAP_API void stylemap_train_defaults(stylemap_train_options *options);

/* Sets the network's fields to those of a model file, for a run that starts from it. BAD_ARGUMENT where its widths do
 * not follow the rule above. */
STYLEMAP_API stylemap_status stylemap_train_like(const char *path, stylemap_train_options *options,
                                                 stylemap_error *error);

/* `threads`: 0 = one per available core. */
STYLEMAP_API stylemap_status stylemap_trainer_new(const stylemap_train_options *options, int threads,
                                                  stylemap_trainer **trainer, stylemap_error *error);
STYLEMAP_API void stylemap_trainer_free(stylemap_trainer *trainer);
/* Before the first step: generator and encoder, and their averages, start from a model file's weights instead of noise.
 * The model may be smaller in size by doublings; then its blocks become the inner blocks and the new outer ones stay as
 * they are. A tensor of another shape is left out; `taken` counts the others. The discriminator is in no model file. */
STYLEMAP_API stylemap_status stylemap_trainer_start(stylemap_trainer *trainer, const char *path, int *taken,
                                                    stylemap_error *error);
STYLEMAP_API const stylemap_train_options *stylemap_trainer_options(const stylemap_trainer *trainer);
/* Steps taken so far. */
STYLEMAP_API uint64_t stylemap_trainer_iteration(const stylemap_trainer *trainer);
/* Changes what may change while a run goes on: batch (not of a shared trainer; the order of the pictures goes on at
 * another place), learning rate, betas, ema, muon, weights, heal, r1, r1_every, annealing, warm_up. Other fields must equal
 * the trainer's. */
STYLEMAP_API stylemap_status stylemap_trainer_change(stylemap_trainer *trainer, const stylemap_train_options *options,
                                                     stylemap_error *error);

/* How much the squared difference (`mse`) counts at every place of the pictures, which should show the same thing in
 * the same place: size x size weights from 0 to 1e6, copied; NULL: 1 everywhere, as at first. Where pictures are
 * mirrored, the weights and their mirror image are averaged. Neither states nor models keep them, and the loss that a
 * step returns stays the plain one. */
STYLEMAP_API stylemap_status stylemap_trainer_focus(stylemap_trainer *trainer, const float *weights,
                                                    stylemap_error *error);

/* LPIPS over VGG16 for the perceptual loss: a file with torchvision's `features.N.weight|bias` and one with the heads
 * `linN.model.1.weight` (NULL: they are in the same), names with or without a prefix. Either is a .pth as torch.save
 * writes it, read as model files are (nothing in it is run), or safetensors. Widths are those of the shapes. Without
 * them the perceptual weight has no effect. */
STYLEMAP_API stylemap_status stylemap_trainer_perceptual(stylemap_trainer *trainer, const char *vgg, const char *heads,
                                                         stylemap_error *error);

/* Data parallel. `sum` replaces `count` values by their sum over all ranks, on the calling thread, and returns 0, or
 * non-zero to end the step. Every rank makes the same calls; `batch / ranks` pictures a rank. */
typedef int (*stylemap_all_reduce)(void *data, float *values, size_t count);
STYLEMAP_API stylemap_status stylemap_trainer_share(stylemap_trainer *trainer, int rank, int ranks,
                                                    stylemap_all_reduce sum, void *data, stylemap_error *error);

/* Which of `pictures` pictures this rank's next step takes, `batch / ranks` numbers, and whether each is mirrored.
 * Every picture comes once before one comes twice. */
STYLEMAP_API stylemap_status stylemap_trainer_draw(const stylemap_trainer *trainer, uint64_t pictures,
                                                   uint64_t *indices, unsigned char *mirrored, stylemap_error *error);
/* One iteration on `batch / ranks` images. After a failure the trainer must be freed or loaded again. */
STYLEMAP_API stylemap_status stylemap_trainer_step(stylemap_trainer *trainer, const float *images,
                                                   stylemap_train_losses *losses, stylemap_error *error);

/* The mapping network by itself, between steps: its samples come to look like the pictures, without one being drawn.
 * The averaged encoder makes the pictures' stylemaps once; the mapping network then learns against a critic that is
 * shown stylemaps, theirs and its own. Nothing else changes, and none of this is a step of the run. */
typedef struct stylemap_samples_options {
  int steps;         /* of the mapping network, 64 stylemaps each; at least 1 */
  uint64_t pictures; /* there are so many; those looked at, of 64 M numbers of stylemaps at most, lie evenly among them */
  /* Puts picture `index`, as in a step, at `image`; non-zero: it cannot, and the call ends CANCELLED, with nothing
   * changed. */
  int (*picture)(void *data, uint64_t index, int mirrored, float *image);
  /* Or NULL. Called while stylemaps are made, with how many are still to be made as a `step` of 0 or less, then after
   * every step (1 .. steps) with the losses of critic and mapping network. Non-zero ends the call with OK: what has been
   * learnt by then stays. */
  int (*progress)(void *data, int step, double critic, double mapping);
  void *data;
} stylemap_samples_options;
/* BAD_ARGUMENT for a shared trainer. The same bits at any thread count, and at the same iteration of a run. After any
 * other failure than CANCELLED the trainer must be freed or loaded again. */
STYLEMAP_API stylemap_status stylemap_trainer_samples(stylemap_trainer *trainer,
                                                      const stylemap_samples_options *options, stylemap_error *error);

/* The whole state, checksummed, written beside `path` and renamed. A file that is damaged, or not one of these, is
 * REFUSED (rule T1 .. T3). */
STYLEMAP_API stylemap_status stylemap_trainer_save(const stylemap_trainer *trainer, const char *path,
                                                   stylemap_error *error);
STYLEMAP_API stylemap_status stylemap_trainer_load(const char *path, int threads, stylemap_trainer **trainer,
                                                   stylemap_error *error);
/* The averaged generator and encoder as a model file, as stylemap_save writes it. REFUSED (rule M5) where they hold a
 * number that is NaN or infinite, since no such file can be opened. */
STYLEMAP_API stylemap_status stylemap_trainer_export(const stylemap_trainer *trainer, const char *path,
                                                     const stylemap_save_options *options,
                                                     stylemap_save_report *report, stylemap_error *error);

#ifdef __cplusplus
}
#endif
#endif
