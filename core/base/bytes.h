/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers in byte streams: unaligned, of a stated byte order, whatever this machine's is. */
#pragma once
#include <stdint.h>
#include <string.h>

static inline uint16_t sm_le16(const uint8_t *b) { return (uint16_t)(b[0] | b[1] << 8); }
static inline uint32_t sm_le32(const uint8_t *b) { return sm_le16(b) | (uint32_t)sm_le16(b + 2) << 16; }
static inline uint64_t sm_le64(const uint8_t *b) { return sm_le32(b) | (uint64_t)sm_le32(b + 4) << 32; }
static inline uint64_t sm_be64(const uint8_t *b) {
  uint64_t v = 0;
  for (int i = 0; i < 8; i++) v = v << 8 | b[i];
  return v;
}
static inline void sm_put_le16(uint8_t *b, uint16_t v) {
  b[0] = (uint8_t)v;
  b[1] = (uint8_t)(v >> 8);
}
static inline void sm_put_le32(uint8_t *b, uint32_t v) {
  sm_put_le16(b, (uint16_t)v);
  sm_put_le16(b + 2, (uint16_t)(v >> 16));
}
static inline void sm_put_le64(uint8_t *b, uint64_t v) {
  sm_put_le32(b, (uint32_t)v);
  sm_put_le32(b + 4, (uint32_t)(v >> 32));
}

static inline float sm_float_of_bits(uint32_t bits) {
  float v;
  memcpy(&v, &bits, sizeof v);
  return v;
}
static inline uint32_t sm_bits_of_float(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}
static inline double sm_double_of_bits(uint64_t bits) {
  double v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

/* True of NaN and the infinities; by bits, so that no compiler flag can lose it. */
static inline int sm_not_finite(float v) { return (sm_bits_of_float(v) & 0x7f800000u) == 0x7f800000u; }
