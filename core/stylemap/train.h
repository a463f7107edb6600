/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: training. */
#ifndef STYLEMAP_TRAIN_H
#define STYLEMAP_TRAIN_H

#include "stylemap/model.h"

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
  double d_rate; /* the discriminator's learning rate, which never falls; 0: it learns at learning_rate */
  double ema; /* decay of the averages; (1 + i) / (10 + i) at iteration i as long as that is less */
  int muon; /* E's and G's convolutions learn by orthogonalised momentum (of 0.95) instead of Adam */
  /* weights of the losses; 0 leaves one out. edges: L1 of image and gradients at four scales */
  double adversarial, w_reconstruction, in_domain, mse, perceptual, edges;
  double frequencies; /* what differs most by its frequency counts most (core/grad/loss.h) */
  double matching; /* warm-up only: the nearest of many samples of the mapping network moves towards each stylemap */
  double features; /* the discriminator's view of picture and reconstruction; needs it, so not in the warm-up */
  double mixtures; /* joint phase: edits of two pictures (core/train/mixture.h) look real to the discriminator */
  double augment;  /* 0..1, the share of what the discriminator sees that is in other colours, that is moved, and that is
                      partly covered (core/grad/view.h), for runs of few pictures */
  double heal;     /* 0..1, the share of pictures of which the encoder is shown a spoilt copy (core/train/spoil.h): a region
                      moved, turned, scaled and in other colours, so that it learns to bring collages back to pictures */
  double r1;     /* gamma of the R1 penalty */
  int r1_every;  /* iterations */
  uint64_t anneal_from, anneal_to; /* between these iterations the learning rate falls in a line to 0; 0, 0: never */
  uint64_t warm_up; /* first iterations: only mse, perceptual, edges, frequencies and matching */
} stylemap_train_options;

/* Plain means over this rank's batch, before weighting; 0 where a loss is left out. */
typedef struct stylemap_train_losses {
  double g_adversarial, w_reconstruction, d_adversarial, r1, mse, perceptual, edges, frequencies, in_domain, matching;
  double features, mixtures;
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
 * another place), learning rates, betas, ema, muon, weights, heal, r1, r1_every, annealing, warm_up. Other fields must equal
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
/* Edits whose result is known, as a second source of what `heal` teaches: which of `pairs` pairs each picture of this
 * rank's next step is to be, `batch / ranks` numbers; -1: it stays the picture drawn. Half of those that would be spoilt
 * are pairs; never more where `heal` is 0. The caller puts a pair's truth among the images, and shows its collage. */
STYLEMAP_API stylemap_status stylemap_trainer_draw_pairs(const stylemap_trainer *trainer, uint64_t pairs,
                                                         int64_t *indices, stylemap_error *error);
/* For the next step only: the encoder is shown `image` (copied) in the place of image `place`, and nothing is spoilt
 * there; the losses ask for the image of the step. */
STYLEMAP_API stylemap_status stylemap_trainer_show(stylemap_trainer *trainer, int place, const float *image,
                                                   stylemap_error *error);
/* One iteration on `batch / ranks` images. After a failure the trainer must be freed or loaded again. */
STYLEMAP_API stylemap_status stylemap_trainer_step(stylemap_trainer *trainer, const float *images,
                                                   stylemap_train_losses *losses, stylemap_error *error);

/* The mapping network by itself, between steps: its samples come to look like the pictures, without one being drawn.
 * The averaged encoder makes the pictures' stylemaps once; the mapping network begins as the Gaussian that has their mean and
 * covariance, whatever it was before, and learns against a critic that is shown stylemaps, theirs and its own. Few pictures,
 * or pictures that pass over into one another, are best served by no step at all. Nothing else changes, and none of this is a
 * step of the run. */
typedef struct stylemap_samples_options {
  int steps;         /* of the mapping network, 64 stylemaps each; 0: the Gaussian itself */
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

#endif
