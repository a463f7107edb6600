/* SPDX-License-Identifier: GPL-3.0-or-later
 * The 16-bit floating-point formats of model files. */
#pragma once
#include "base/bytes.h"

/* IEEE binary16 -> float: exact, NaN payloads kept. */
static inline float sm_float_of_half(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000u) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ffu;
  if (exponent == 31) return sm_float_of_bits(sign | 0x7f800000u | fraction << 13);
  if (exponent == 0) { /* zero and denormals: fraction * 2^-24 */
    float v = (float)fraction * 0x1p-24f;
    return sm_float_of_bits(sm_bits_of_float(v) | sign);
  }
  return sm_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
}

/* float -> IEEE binary16, to nearest, ties to even. From 65520 on the result is infinite: look before. */
static inline uint16_t sm_half_of_float(float v) {
  uint32_t bits = sm_bits_of_float(v), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return (uint16_t)(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
  if (magnitude >= 0x477ff000u) return (uint16_t)(sign | 0x7c00u);
  if (magnitude < 0x33000001u) return (uint16_t)sign; /* up to 2^-25, the tie with zero */
  if (magnitude < 0x38800000u) {                      /* denormal: a multiple of 2^-24 */
    uint32_t shift = 126 - (magnitude >> 23), fraction = (magnitude & 0x7fffffu) | 0x800000u;
    uint32_t whole = fraction >> shift, rest = fraction & ((1u << shift) - 1), half = 1u << (shift - 1);
    return (uint16_t)(sign | (whole + (rest > half || (rest == half && (whole & 1)))));
  }
  uint32_t rounded = magnitude + 0xfffu + (magnitude >> 13 & 1);
  return (uint16_t)(sign | ((rounded >> 13) - (112u << 10)));
}

static inline float sm_float_of_bfloat16(uint16_t b) { return sm_float_of_bits((uint32_t)b << 16); }
