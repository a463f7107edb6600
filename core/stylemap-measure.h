/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libstylemap-measure: what papers tell of a model, and what is learnt from many stylemaps at once. It stands on
 * libstylemap and on OpenBLAS, and only the program that measures loads it: an edit needs no linear algebra library.
 *
 * The rules of stylemap.h hold: arrays are the caller's, errors are sentences, nothing is printed, no global state. How many
 * threads OpenBLAS starts is its own and its environment's affair. */
#ifndef STYLEMAP_LIBMEASURE_H
#define STYLEMAP_LIBMEASURE_H

#include "stylemap.h"

/* ------------------------------------------------------------------------------------------- pictures */

/* Of a mean squared difference in -1..1: decibels, infinite at 0. */
double stylemap_psnr(double mse);
/* Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004) of two images, 3 x size x size, clipped to -1..1: on 0..255,
 * Gaussian window of 11 x 11 and 1.5, windows that lie in the picture alone, mean over places and channels. `size` is 11 or
 * more, else the result is NaN; NaN in an image makes NaN. */
double stylemap_ssim(const float *a, const float *b, int size);
/* The same over the windows whose middle lies in the mask (size x size, above one half); NaN where there is none. */
double stylemap_ssim_in(const float *a, const float *b, const float *mask, int size);

/* What an edit's mask (size x size; in it: above one half) leaves to be seen along its edge, of images of 3 x size x size in
 * -1..1; NaN where it has no edge.
 * Without a truth: the root of the mean square, in 8-bit steps, by which the result's steps from one pixel to the next across the
 * edge exceed the larger one of the source's and the reference's there. */
double stylemap_seam(const float *result, const float *source, const float *reference, const float *mask, int size);
/* With one: what `share` (0..1) of the pixels within `width` pixels of the edge stay below in CIE delta E 2000 (sRGB, D65). */
double stylemap_edge_difference(const float *a, const float *b, const float *mask, int size, double width, double share);

/* ------------------------------------------------------------------------------------------ Gaussians */

/* Mean and covariance of vectors that are seen a few at a time, in double. */
typedef struct stylemap_gaussian stylemap_gaussian;
stylemap_status stylemap_gaussian_new(int features, stylemap_gaussian **gaussian, stylemap_error *error);
void stylemap_gaussian_free(stylemap_gaussian *gaussian);
/* `count` rows of `features` numbers. Their order, and how they are parted, changes rounding alone. */
stylemap_status stylemap_gaussian_add(stylemap_gaussian *gaussian, const float *rows, int count, stylemap_error *error);
uint64_t stylemap_gaussian_count(const stylemap_gaussian *gaussian);

/* The Frechet distance of two Gaussians, |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), with C of count - 1: over Inception's
 * features, the FID. The root is taken by symmetric eigenvalues, so a covariance that is singular (fewer vectors than
 * features) is as good as any other. Both have 2 vectors or more, and the same features. */
stylemap_status stylemap_frechet(const stylemap_gaussian *a, const stylemap_gaussian *b, double *distance,
                                 stylemap_error *error);

/* ------------------------------------------------------------------------------------------ Inception */

/* The network of the FID, with the weights that everybody measures with: pt_inception-2015-12-05 (a .pth as torch.save
 * writes it, read as model files are, or safetensors), whose names are torchvision's. Narrower ones of the same names are
 * taken, too. */
typedef struct stylemap_inception stylemap_inception;
stylemap_status stylemap_inception_open(const char *path, int threads, stylemap_inception **inception, stylemap_error *error);
void stylemap_inception_free(stylemap_inception *inception);
int stylemap_inception_width(const stylemap_inception *inception); /* features of a picture: 2048 */
/* features[count][width] of images of 3 x size x size in -1..1. One call at a time. */
stylemap_status stylemap_inception_features(stylemap_inception *inception, const float *images, int count, int size,
                                            float *features, stylemap_error *error);

/* ------------------------------------------------------------------------------------------- detector */

/* The detector of generated pictures (Wang et al. 2020, "CNN-generated images are surprisingly easy to spot"), with its published
 * weights, blur_jpg_prob0.5.pth among them, as torch.save wrote them (a dict whose "model" is torchvision's resnet50 with one
 * output, or that by itself) or as safetensors. Narrower ones of the same names are taken, too. */
typedef struct stylemap_detector stylemap_detector;
stylemap_status stylemap_detector_open(const char *path, int threads, stylemap_detector **detector, stylemap_error *error);
void stylemap_detector_free(stylemap_detector *detector);
/* scores[count] of images of 3 x size x size in -1..1, whole, as they are: above 0 for what it takes to be generated (the
 * published probability is the score's logistic function). One call at a time. */
stylemap_status stylemap_detector_scores(stylemap_detector *detector, const float *images, int count, int size, float *scores,
                                         stylemap_error *error);
/* How well scores tell class 1 from class 0: the sum over thresholds of precision times what recall grows by, from the highest
 * score downwards, equal ones at once. NaN without class 1, with a NaN, or without memory. */
double stylemap_average_precision(const float *scores, const uint8_t *classes, int count);

/* ---------------------------------------------------------------------------------------------- LPIPS */

/* The learned distance of pictures (Zhang et al. 2018), with the weights that the user brings, as `stylemap train` takes them:
 * torchvision's vgg16, and LPIPS's heads in another file, or (`heads` NULL) in the same. Narrower ones of the same names are
 * taken, too. */
typedef struct stylemap_lpips stylemap_lpips;
stylemap_status stylemap_lpips_open(const char *vgg, const char *heads, int threads, stylemap_lpips **lpips,
                                    stylemap_error *error);
void stylemap_lpips_free(stylemap_lpips *lpips);
/* Of two images of 3 x size x size in -1..1; `size` is 16 or more. One call at a time. */
stylemap_status stylemap_lpips_distance(stylemap_lpips *lpips, const float *a, const float *b, int size, double *distance,
                                        stylemap_error *error);

/* ----------------------------------------------------------------------------------------- directions */

typedef enum stylemap_method {
  STYLEMAP_SVM,   /* the normal of the linear support vector machine's plane (C = 1): the published way */
  STYLEMAP_RIDGE, /* the normal of a regression on -1 and 1 whose weights are kept small */
  STYLEMAP_MEANS, /* from one class's mean to the other's, as far as that is more than chance */
} stylemap_method;

enum { STYLEMAP_MOST_VECTORS = 16384 };

typedef struct stylemap_separation {
  int count[2], right[2]; /* of the classes 0 and 1: vectors, and those that a plane, learnt from four fifths, told rightly
                             among the fifth that was left out */
  double apart;           /* distance of the classes' means along the direction, in their standard deviations along it */
} stylemap_separation;

/* The direction from class 0 to class 1 of `count` (4 to STYLEMAP_MOST_VECTORS, two of either class or more) vectors,
 * scaled so that adding it once leads from the mean of class 0 as far as class 1's lies along it. The folds of the
 * cross-validation follow from the vectors' order alone. `progress` (with PHASE_MAP) may be NULL. */
stylemap_status stylemap_separate(const float *vectors, const uint8_t *classes, int count, int features,
                                  stylemap_method method, stylemap_progress progress, void *data, float *direction,
                                  stylemap_separation *found, stylemap_error *error);
/* Takes out of `direction` what it has in common with the others. BAD_ARGUMENT where nothing is left. */
stylemap_status stylemap_orthogonalise(float *direction, const float *const *others, int count, int features,
                                       stylemap_error *error);

/* The `wanted` principal directions (1 .. count - 1) of `count` vectors, each one standard deviation long and with the larger
 * part of its numbers' cubes above 0, strongest first: directions[wanted][features]. shares[wanted]: of the whole variance.
 * `count` to 4096. */
stylemap_status stylemap_principal(const float *vectors, int count, int features, int wanted, float *directions,
                                   double *shares, stylemap_error *error);

#endif
