/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/random.h"

#include <math.h>
#include <string.h>

#include "stylemap.h"

static void philox(const sm_random *s, uint32_t out[4]) {
  uint32_t c[4] = {(uint32_t)s->block, (uint32_t)(s->block >> 32), s->index[0], s->index[1]};
  uint32_t k0 = s->key[0], k1 = s->key[1];
  for (int round = 0; round < 10; round++) {
    uint64_t a = (uint64_t)0xD2511F53u * c[0], b = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t n[4] = {(uint32_t)(b >> 32) ^ c[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ c[3] ^ k1, (uint32_t)a};
    memcpy(c, n, sizeof c);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  memcpy(out, c, sizeof c);
}

sm_random sm_random_stream(uint64_t seed, uint64_t index) {
  return (sm_random){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
                     .index = {(uint32_t)index, (uint32_t)(index >> 32)},
                     .used = 4};
}

uint32_t sm_random_bits(sm_random *s) {
  if (s->used == 4) {
    philox(s, s->words);
    s->block++;
    s->used = 0;
  }
  return s->words[s->used++];
}

/* ln x for 0 < x < 1, by x = m 2^e and the atanh series; libm's log differs between machines in the last bit. */
static double natural_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int e = (int)(bits >> 52) - 1023;
  bits = (bits & 0xfffffffffffffull) | 0x3ff0000000000000ull;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    e++;
  }
  double t = (m - 1) / (m + 1), t2 = t * t, sum = 0;
  for (int k = 25; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
  return 2 * t * sum + e * 0.69314718055994530942;
}

double sm_random_normal(sm_random *s) {
  if (s->spare_set) {
    s->spare_set = 0;
    return s->spare;
  }
  double x, y, r;
  do {
    x = (2.0 * sm_random_bits(s) + 1) / 4294967296.0 - 1;
    y = (2.0 * sm_random_bits(s) + 1) / 4294967296.0 - 1;
    r = x * x + y * y;
  } while (r >= 1 || r < 1e-300);
  double f = sqrt(-2 * natural_log(r) / r);
  s->spare = y * f;
  s->spare_set = 1;
  return x * f;
}

void stylemap_random(uint64_t seed, uint64_t index, float *z, int count) {
  sm_random s = sm_random_stream(seed, index);
  for (int i = 0; i < count; i++) z[i] = (float)sm_random_normal(&s);
}
