/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: models, their texts and files; single tensors in files. */
#ifndef STYLEMAP_MODEL_H
#define STYLEMAP_MODEL_H

#include "stylemap/base.h"

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

/* Some numbers of a tensor of g_ema or e_ema. */
typedef struct stylemap_weights {
  const char *name;     /* as published, "g_ema.decoder.conv1.conv.weight" */
  int rank;
  const int64_t *shape;
  int64_t first, count; /* which of its numbers these are; a tensor's parts come one after the other from 0 on */
  const float *values;
} stylemap_weights;
typedef void (*stylemap_take_weights)(void *data, const stylemap_weights *part);
/* stylemap_examine, which shows all weights that it reads, as stylemap_model_weights does, those that are NaN or infinite, too. */
STYLEMAP_API stylemap_status stylemap_examine_weights(const char *path, stylemap_take_weights take, void *data,
                                                      stylemap_model **model, stylemap_error *error);

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

/* Shows all that an opened model draws with, always in one order: the same for each file of these weights, in whatever
 * form, with numbers of 32 bits or of 16 that they fit in, and whatever else it holds (texts, w_mean, place.*, regions.*,
 * directions.*). So a digest of it is the model's own. */
STYLEMAP_API stylemap_status stylemap_model_weights(const stylemap_model *model, stylemap_take_weights take, void *data,
                                                    stylemap_error *error);

/* A text of the file's `__metadata__` ("licence", "dataset", "attribution", "created_by", "source_sha256",
 * "canonical_points", "heldout_mse", and all of train_args; of a .pt the scalars of its train_args), or NULL.
 * Valid UTF-8, lives as long as the model. */
STYLEMAP_API const char *stylemap_model_text(const stylemap_model *model, const char *key);

/* Parts of what the model draws, as grey maps over its square: how often, of pictures such as it was trained on, a place shows
 * the part. The file may tell some of them. */
typedef enum stylemap_region {
  STYLEMAP_REGION_EYES, /* with the brows */
  STYLEMAP_REGION_MOUTH,
  STYLEMAP_REGION_HAIR,
  STYLEMAP_REGION_FACE, /* eyes and mouth included */
  STYLEMAP_REGION_BACKGROUND,
} stylemap_region;
#define STYLEMAP_REGIONS 5
/* side x side weights, 0..1, row 0 at the top, which live as long as the model; NULL where its file does not tell. */
STYLEMAP_API const float *stylemap_model_region(const stylemap_model *model, stylemap_region region, int *side);
/* Before stylemap_save, of a model that serves no session: copies side x side weights, side 8..256. */
STYLEMAP_API stylemap_status stylemap_model_set_region(stylemap_model *model, stylemap_region region, int side,
                                                       const float *values, stylemap_error *error);

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

/* The same as a checkpoint of PyTorch, for other programs: the zip form, with g_ema and e_ema (fp32) under their published
 * names, and train_args as a plain dict: nothing in it is a class. Texts, mean and whatever else
 * our own files hold stay behind. */
STYLEMAP_API stylemap_status stylemap_save_torch(const stylemap_model *model, const char *path, stylemap_error *error);

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

#endif
