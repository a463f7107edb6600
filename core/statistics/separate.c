/* SPDX-License-Identifier: GPL-3.0-or-later
 * A plane between two classes of vectors, and the way across it. Machine and regression give the plane's normal as a sum of
 * the vectors, so everything but that sum is made of their inner products, which are computed once. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "statistics/dense.h"
#include "stylemap-measure.h"

enum { FOLDS = 5, MOST_STEPS = 2000000, TELL = 1000 /* steps */ };
static const double tolerance = 1e-3; /* of the machine's conditions, as is usual */
static const double penalty = 0.1;    /* of the regression: times the vectors' mean square */
static const double chance = 4;       /* the square of a mean's difference, in standard errors, that counts as none */

typedef struct separating {
  const float *vectors;
  const float *products; /* all x all, of centred vectors; not for the means */
  const uint8_t *classes;
  int all, features;
  stylemap_method method;
  int *index, count; /* those that are learnt from */
  double *share;     /* of each of them in the normal */
  double *slope;     /* work: count */
  double *normal;    /* of the means, and of what is handed out: features, and work of twice as many */
  stylemap_progress progress;
  void *data;
  double done, span; /* of the whole */
  stylemap_error *error;
} separating;

static stylemap_status tell(const separating *s, double fraction) {
  if (!s->progress || !s->progress(s->data, STYLEMAP_PHASE_MAP, s->done + s->span * fraction)) return STYLEMAP_OK;
  return sm_fail(s->error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
}

static const float *row_of(const separating *s, int i) { return s->products + (size_t)s->index[i] * (size_t)s->all; }
static double sign_of(const separating *s, int i) { return s->classes[s->index[i]] ? 1 : -1; }

/* ---------------------------------------------------------------------------------------------------- methods */

/* The difference of the means, each number of it shrunk by how little it is above what chance makes of as many vectors: of
 * thousands of numbers, most of a direction would be that. */
static void by_means(separating *s) {
  const size_t width = (size_t)s->features;
  double *mean[2] = {s->normal + width, s->normal + 2 * width}, *square = s->normal;
  int counts[2] = {0};
  memset(s->normal, 0, 3 * width * sizeof *s->normal);
  for (int i = 0; i < s->count; i++) counts[s->classes[s->index[i]]]++;
  for (int i = 0; i < s->count; i++) {
    const float *x = s->vectors + (size_t)s->index[i] * width;
    double *to = mean[s->classes[s->index[i]]];
    for (size_t k = 0; k < width; k++) to[k] += (double)x[k] / counts[s->classes[s->index[i]]];
  }
  for (int i = 0; i < s->count; i++) {
    const int class = s->classes[s->index[i]];
    const float *x = s->vectors + (size_t)s->index[i] * width;
    for (size_t k = 0; k < width; k++)
      square[k] += ((double)x[k] - mean[class][k]) * ((double)x[k] - mean[class][k]) / ((double)counts[class] * (counts[class] - 1));
  }
  for (size_t k = 0; k < width; k++) {
    const double apart = mean[1][k] - mean[0][k], noise = chance * square[k];
    s->normal[k] = apart * apart > noise ? apart * (1 - noise / (apart * apart)) : 0;
  }
}

static stylemap_status by_ridge(separating *s) {
  const size_t n = (size_t)s->count;
  double trace = 0, mean = 0;
  const int one = 1;
  int info = 0;
  float *a = sm_alloc(n * n + n, sizeof *a), *b = a + n * n;
  if (!a) return sm_no_memory(s->error, (n * n + n) * sizeof *a);
  for (int i = 0; i < s->count; i++) {
    const float *row = row_of(s, i);
    for (int j = 0; j < s->count; j++) a[(size_t)i * n + (size_t)j] = row[s->index[j]];
    trace += (double)row[s->index[i]];
    mean += sign_of(s, i) / s->count;
  }
  for (int i = 0; i < s->count; i++) {
    a[(size_t)i * (n + 1)] += (float)(trace > 0 ? penalty * trace / s->count : 1);
    b[i] = (float)(sign_of(s, i) - mean);
  }
  sposv_("L", &s->count, &one, a, &s->count, b, &s->count, &info);
  for (int i = 0; i < s->count; i++) s->share[i] = (double)b[i];
  sm_free(a);
  if (info) return sm_fail(s->error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The vectors are all alike: nothing tells them apart."), NULL);
  return STYLEMAP_OK;
}

/* The pair that breaks the conditions most: the first by its slope, the second by what moving both would gain. 0: none. */
static int worst_pair(const separating *s, int *first, int *second) {
  double best = -INFINITY, least = INFINITY, gain = 0;
  *first = *second = -1;
  for (int i = 0; i < s->count; i++) { /* share * sign is the multiplier, in 0..1 */
    const double y = sign_of(s, i), up = y > 0 ? 1 - s->share[i] : -s->share[i];
    if (up > 0 && -s->slope[i] > best) best = -s->slope[i], *first = i;
  }
  if (*first < 0) return 0;
  const float *row = row_of(s, *first);
  const double own = (double)row[s->index[*first]];
  for (int i = 0; i < s->count; i++) {
    const double y = sign_of(s, i), down = y > 0 ? s->share[i] : 1 + s->share[i];
    if (!(down > 0)) continue;
    if (-s->slope[i] < least) least = -s->slope[i];
    const double apart = best + s->slope[i];
    if (!(apart > 0)) continue;
    double bend = own + (double)row_of(s, i)[s->index[i]] - 2 * (double)row[s->index[i]];
    const double won = apart * apart / (bend > 1e-12 ? bend : 1e-12);
    if (won > gain) gain = won, *second = i;
  }
  return *second >= 0 && best - least > tolerance;
}

/* Sequential minimal optimisation (Platt 1998; the second-order choice: Fan, Chen, Lin 2005) of min 1/2 b'Kb - y'b over
 * b = multiplier * y with sum b = 0, 0 <= b y <= 1. slope := K b - y. */
static stylemap_status by_machine(separating *s) {
  int i, j;
  for (int k = 0; k < s->count; k++) {
    s->share[k] = 0;
    s->slope[k] = -sign_of(s, k);
  }
  for (int step = 0; step < MOST_STEPS && worst_pair(s, &i, &j); step++) {
    const float *a = row_of(s, i), *b = row_of(s, j);
    const double bend = (double)a[s->index[i]] + (double)b[s->index[j]] - 2 * (double)a[s->index[j]];
    double move = (s->slope[j] - s->slope[i]) / (bend > 1e-12 ? bend : 1e-12);
    const double up = sign_of(s, i) > 0 ? 1 - s->share[i] : -s->share[i];
    const double down = sign_of(s, j) > 0 ? s->share[j] : 1 + s->share[j];
    move = fmin(move, fmin(up, down));
    s->share[i] = move == up ? (sign_of(s, i) > 0 ? 1 : 0) : s->share[i] + move; /* exactly at its bound */
    s->share[j] = move == down ? (sign_of(s, j) > 0 ? 0 : -1) : s->share[j] - move;
    for (int k = 0; k < s->count; k++) s->slope[k] += move * (double)(a[s->index[k]] - b[s->index[k]]);
    if (step % TELL == 0) SM_TRY(tell(s, 1 - 1 / (1 + step / 20000.0)));
  }
  return STYLEMAP_OK;
}

static stylemap_status learn(separating *s) {
  SM_TRY(tell(s, 0));
  if (s->method == STYLEMAP_RIDGE) return by_ridge(s);
  if (s->method == STYLEMAP_SVM) return by_machine(s);
  by_means(s);
  return STYLEMAP_OK;
}

/* ----------------------------------------------------------------------------------------------------- planes */

/* Where vector `x` lies along the normal. */
static double along(const separating *s, int x) {
  double sum = 0;
  if (s->method == STYLEMAP_MEANS) {
    const float *vector = s->vectors + (size_t)x * (size_t)s->features;
    for (int k = 0; k < s->features; k++) sum += s->normal[k] * (double)vector[k];
    return sum;
  }
  const float *row = s->products + (size_t)x * (size_t)s->all;
  for (int i = 0; i < s->count; i++)
    if (s->share[i] != 0) sum += s->share[i] * (double)row[s->index[i]];
  return sum;
}

/* Between the two classes of those that are learnt from: midway between their means, or (the machine) its own margin. */
static double threshold(const separating *s) {
  double sum[2] = {0}, free = 0;
  int counts[2] = {0}, inside = 0;
  for (int i = 0; i < s->count; i++) {
    const double y = sign_of(s, i), at = s->method == STYLEMAP_SVM ? s->slope[i] + y : along(s, s->index[i]);
    sum[y > 0] += at;
    counts[y > 0]++;
    if (s->method != STYLEMAP_SVM || fabs(s->share[i]) < 1e-9 || fabs(s->share[i]) > 1 - 1e-9) continue;
    free += at - y;
    inside++;
  }
  return inside ? free / inside : (sum[0] / counts[0] + sum[1] / counts[1]) / 2;
}

/* Every fifth of a class is left out in turn. */
static stylemap_status validate(separating *s, stylemap_separation *found) {
  for (int fold = 0; fold < FOLDS; fold++) {
    int seen[2] = {0};
    s->count = 0;
    for (int i = 0; i < s->all; i++)
      if (seen[s->classes[i]]++ % FOLDS != fold) s->index[s->count++] = i;
    s->done = (double)fold / (FOLDS + 1);
    SM_TRY(learn(s));
    const double middle = threshold(s);
    seen[0] = seen[1] = 0;
    for (int i = 0; i < s->all; i++)
      if (seen[s->classes[i]]++ % FOLDS == fold) found->right[s->classes[i]] += (along(s, i) > middle) == s->classes[i];
  }
  return STYLEMAP_OK;
}

/* normal := the sum of the vectors by their shares, which are made to sum to 0: so the mean drops out. */
static void compose(separating *s) {
  const size_t width = (size_t)s->features;
  double total = 0;
  memset(s->normal, 0, width * sizeof *s->normal);
  for (int i = 0; i < s->count; i++) total += s->share[i];
  for (int i = 0; i < s->count; i++) {
    const double share = s->share[i] - total / s->count;
    const float *x = s->vectors + (size_t)s->index[i] * width;
    for (size_t k = 0; share != 0 && k < width; k++) s->normal[k] += share * (double)x[k];
  }
}

/* The normal, as long as the classes' means lie apart along it. */
static stylemap_status hand_out(separating *s, float *direction, stylemap_separation *found) {
  double mean[2] = {0}, square[2] = {0}, norm = 0;
  if (s->method != STYLEMAP_MEANS) compose(s);
  for (int k = 0; k < s->features; k++) norm += s->normal[k] * s->normal[k];
  for (int i = 0; i < s->all; i++) mean[s->classes[i]] += along(s, i) / found->count[s->classes[i]];
  for (int i = 0; i < s->all; i++)
    square[s->classes[i]] += pow(along(s, i) - mean[s->classes[i]], 2) / found->count[s->classes[i]];
  const double apart = mean[1] - mean[0], spread = sqrt((square[0] + square[1]) / 2);
  found->apart = spread > 0 ? apart / spread : INFINITY;
  if (!(norm > 0 && apart > 0))
    return sm_fail(s->error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The vectors are all alike: nothing tells them apart."), NULL);
  for (int k = 0; k < s->features; k++) direction[k] = (float)(s->normal[k] * apart / norm);
  return STYLEMAP_OK;
}

static stylemap_status check(const float *vectors, const uint8_t *classes, int count, int features, stylemap_method method,
                             int *counts, stylemap_error *error) {
  int good = vectors && classes && features > 0 && count >= 4 && count <= STYLEMAP_MOST_VECTORS && (unsigned)method <= STYLEMAP_MEANS;
  for (int i = 0; good && i < count; i++) {
    good = classes[i] <= 1;
    if (good) counts[classes[i]]++;
  }
  if (!good || counts[0] < 2 || counts[1] < 2)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("A direction is learnt from two classes of 2 vectors or more each, 16384 of both at most."), NULL);
  for (size_t i = 0; i < (size_t)count * (size_t)features; i++)
    if (!isfinite(vectors[i]))
      return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A vector holds a number that is not finite."), NULL);
  return STYLEMAP_OK;
}

stylemap_status stylemap_separate(const float *vectors, const uint8_t *classes, int count, int features,
                                  stylemap_method method, stylemap_progress progress, void *data, float *direction,
                                  stylemap_separation *found, stylemap_error *error) {
  stylemap_separation made = {0};
  const size_t n = count > 0 ? (size_t)count : 0;
  SM_TRY(check(vectors, classes, count, features, method, made.count, error));
  const int means = method == STYLEMAP_MEANS;
  float *products = sm_alloc(means ? 1 : n * n, sizeof *products);
  double *work = sm_alloc(2 * n + 3 * (size_t)features, sizeof *work);
  int *index = sm_alloc(n, sizeof *index);
  separating s = {.vectors = vectors, .products = products, .classes = classes, .all = count, .features = features,
                  .method = method, .index = index, .share = work, .slope = work + n, .normal = work + 2 * n,
                  .progress = progress, .data = data, .span = 1.0 / (FOLDS + 1), .error = error};
  stylemap_status status = products && work && index ? STYLEMAP_OK : sm_no_memory(error, n * n * sizeof *products);
  if (status == STYLEMAP_OK && !means) status = sm_centred_products(vectors, count, features, products, error);
  if (status == STYLEMAP_OK) status = validate(&s, &made);
  if (status == STYLEMAP_OK) {
    for (s.count = 0; s.count < count; s.count++) index[s.count] = s.count;
    s.done = 1 - s.span;
    status = learn(&s);
  }
  if (status == STYLEMAP_OK) status = hand_out(&s, direction, &made);
  if (status == STYLEMAP_OK && found) *found = made;
  sm_free(index);
  sm_free(work);
  sm_free(products);
  return status;
}

stylemap_status stylemap_orthogonalise(float *direction, const float *const *others, int count, int features,
                                       stylemap_error *error) {
  const size_t width = features > 0 ? (size_t)features : 0;
  if (!direction || !others || count < 0 || !width)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no vectors."), NULL);
  double before = 0, after = 0, *basis = sm_alloc(width * ((size_t)count + 1), sizeof *basis);
  if (!basis) return sm_no_memory(error, width * ((size_t)count + 1) * sizeof *basis);
  for (int v = 0; v <= count; v++) { /* Gram and Schmidt, twice over; the direction last */
    double *own = basis + (size_t)v * width, norm = 0;
    for (size_t k = 0; k < width; k++) own[k] = v < count ? (double)others[v][k] : (double)direction[k];
    for (int again = 0; again < 2; again++)
      for (int u = 0; u < v; u++) {
        const double *other = basis + (size_t)u * width;
        double dot = 0;
        for (size_t k = 0; k < width; k++) dot += own[k] * other[k];
        for (size_t k = 0; k < width; k++) own[k] -= dot * other[k];
      }
    for (size_t k = 0; k < width; k++) norm += own[k] * own[k];
    if (v < count)
      for (size_t k = 0; k < width; k++) own[k] = norm > 0 ? own[k] / sqrt(norm) : 0;
    else after = norm;
  }
  for (size_t k = 0; k < width; k++) before += (double)direction[k] * (double)direction[k];
  const double *left = basis + (size_t)count * width;
  const int good = after > 1e-10 * before;
  for (size_t k = 0; good && k < width; k++) direction[k] = (float)left[k];
  sm_free(basis);
  if (!good)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The direction is made of the others: nothing is left of it."), NULL);
  return STYLEMAP_OK;
}
