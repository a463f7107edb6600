/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers, the thread pool, error texts, the matrix product. */
#include <stdatomic.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/workers.h"
#include "base/random.h"
#include "harness.h"

/* Known answers of Philox 4x32-10 (Random123's kat_vectors). */
static void philox_known_answers(void) {
  static const struct {
    uint64_t seed, index, block;
    uint32_t out[4];
  } known[] = {
      {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88, {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t k = 0; k < 3; k++) {
    sm_random s = sm_random_stream(known[k].seed, known[k].index);
    s.block = known[k].block;
    for (int i = 0; i < 4; i++) CHECK(sm_random_bits(&s) == known[k].out[i], "vector %zu word %d", k, i);
  }
}

static void normal_numbers(void) {
  enum { N = 400000 };
  float *z = malloc(sizeof(float) * N);
  stylemap_random(7, 3, z, N);
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, tail = 0;
  for (int i = 0; i < N; i++) {
    double v = z[i];
    m1 += v / N, m2 += v * v / N, m3 += v * v * v / N, m4 += v * v * v * v / N;
    tail += fabs(v) > 2.5758293 ? 1.0 / N : 0; /* 1 % */
  }
  /* five standard errors: sqrt(var / N) with var 1, 2, 15, 96, 0.0099 */
  CHECK_NEAR(m1, 0, 5 * sqrt(1.0 / N));
  CHECK_NEAR(m2, 1, 5 * sqrt(2.0 / N));
  CHECK_NEAR(m3, 0, 5 * sqrt(15.0 / N));
  CHECK_NEAR(m4, 3, 5 * sqrt(96.0 / N));
  CHECK_NEAR(tail, 0.01, 5 * sqrt(0.0099 / N));
  float a[5], b[3];
  stylemap_random(7, 3, a, 5);
  stylemap_random(7, 3, b, 3);
  CHECK(memcmp(a, b, sizeof b) == 0 && memcmp(a, z, sizeof a) == 0, "a stream does not depend on the count");
  stylemap_random(7, 4, b, 3);
  CHECK(memcmp(a, b, sizeof b) != 0, "streams differ");
  free(z);
}

static atomic_int runs[1000], strangers;
static void count_task(void *context, int index, int worker) {
  if (worker < 0 || worker >= *(int *)context) atomic_fetch_add(&strangers, 1);
  atomic_fetch_add(&runs[index], 1);
}
static int stop_after(void *data) { return --*(int *)data <= 0; }

static void pool_runs_each_once(void) {
  for (int threads = 1; threads <= 5; threads += 2) {
    sm_pool *pool;
    CHECK(sm_pool_new(threads, &pool, NULL) == STYLEMAP_OK);
    CHECK(sm_pool_threads(pool) == threads);
    for (int round = 0; round < 50; round++) {
      memset(runs, 0, sizeof runs);
      int count = round < 3 ? round : 1000;
      CHECK(sm_pool_run(pool, count, count_task, &threads, NULL, NULL) == 0);
      int wrong = 0;
      for (int i = 0; i < 1000; i++) wrong += runs[i] != (i < count);
      CHECK(wrong == 0, "%d indices ran another number of times", wrong);
    }
    if (threads == 1) {
      memset(runs, 0, sizeof runs);
      int left = 10, ran = 0;
      CHECK(sm_pool_run(pool, 1000, count_task, &threads, stop_after, &left) != 0);
      for (int i = 0; i < 1000; i++) ran += runs[i];
      CHECK(ran == 10, "%d tasks ran before the stop", ran);
    }
    sm_pool_free(pool);
  }
  CHECK(strangers == 0, "worker numbers out of range");
}

static void error_texts(void) {
  stylemap_error e;
  CHECK(sm_fail(&e, STYLEMAP_REFUSED, "P9", "%2 and %1, 5%", "one\x1b[2J", "two\xff", NULL) == STYLEMAP_REFUSED);
  CHECK_TEXT(e.message, "two? and one?[2J, 5%");
  CHECK_TEXT(e.rule, "P9");
  char text[12];
  stylemap_error_translate(&e, "%1%1%1", text, sizeof text);
  CHECK_TEXT(text, "one?[2Jone?");
  CHECK(sm_fail(NULL, STYLEMAP_CANCELLED, "", "x", NULL) == STYLEMAP_CANCELLED);
  char longer[400];
  memset(longer, 'a', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  memcpy(longer + 253, "\xc3\xa4\xc3\xa4", 4); /* the cut falls inside a letter */
  sm_fail(&e, STYLEMAP_REFUSED, "", "%1", longer, NULL);
  CHECK(strlen(e.message) == 255 && (unsigned char)e.message[254] == 0xa4, "%zu", strlen(e.message));
}

static void allocation_limits(void) {
  CHECK(sm_alloc(SIZE_MAX / 4, 8) == NULL);
  CHECK(sm_alloc(SIZE_MAX - 10, 1) == NULL);
  void *p = sm_alloc(0, 8);
  CHECK(p && (uintptr_t)p % 64 == 0);
  sm_free(p);
}

int main(void) {
  harness_seed();
  philox_known_answers();
  normal_numbers();
  pool_runs_each_once();
  error_texts();
  allocation_limits();
  return harness_end();
}
