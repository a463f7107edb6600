/* SPDX-License-Identifier: GPL-3.0-or-later
 * The vector vocabulary of the kernel bodies: one `vf` of SM_LANES floats, by the flags of the file that includes it.
 * Every instruction-set `#if` of the kernels is here. Fused multiply-add happens where a body says v_fma, and only
 * there (the build has -ffp-contract=off); the portable form rounds twice. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined __AVX512F__
#include <immintrin.h>
enum { SM_LANES = 16, SM_ROWS = 14, SM_PAIR = 2 }; /* 28 sums + 2 weights of 32 registers, broadcasts from memory */
#elif defined __AVX2__ && defined __FMA__
#include <immintrin.h>
enum { SM_LANES = 8, SM_ROWS = 6, SM_PAIR = 1 }; /* 12 sums + 2 weights + 1 broadcast of 16 */
#elif defined __ARM_NEON && defined __aarch64__
#include <arm_neon.h>
enum { SM_LANES = 4, SM_ROWS = 6, SM_PAIR = 1 }; /* 24 sums + 4 weights + broadcasts of 32 */
#else
enum { SM_LANES = 4, SM_ROWS = 2, SM_PAIR = 1 }; /* 8 sums + 4 weights + 1 broadcast of 16 registers of 4 floats */
#endif

enum { SM_VECTORS = 16 / SM_LANES /* vectors in a block of 16 channels */ };

#if defined __AVX512F__
#define SM_VECTOR_BYTES 64
#elif defined __AVX2__ && defined __FMA__
#define SM_VECTOR_BYTES 32
#else
#define SM_VECTOR_BYTES 16
#endif
typedef float vf __attribute__((vector_size(SM_VECTOR_BYTES), may_alias));
typedef float vf4 __attribute__((vector_size(16), may_alias));

#define SM_INLINE static inline __attribute__((always_inline))
#define SM_UNROLL(n) SM_PRAGMA(GCC unroll n)
#define SM_PRAGMA(text) _Pragma(#text)

SM_INLINE vf v_load(const float *p) { return *(const vf *)p; }
SM_INLINE void v_store(float *p, vf v) { *(vf *)p = v; }
/* Past the caches, where a vector is a whole line of them: nothing is read to be overwritten. */
SM_INLINE void v_stream(int stream, float *p, vf v) {
#if SM_VECTOR_BYTES == 64
  if (stream) {
    _mm512_stream_ps(p, (__m512)v);
    return;
  }
#endif
  (void)stream;
  *(vf *)p = v;
}
/* The same also where a line is two vectors: the first waits in `*kept` for the second, so a caller writes both, the
 * lower one first, with the same `kept`. */
SM_INLINE void v_stream_kept(int stream, float *p, vf v, vf *kept) {
#if SM_VECTOR_BYTES == 32
  if (stream && (uintptr_t)p % 64 == 0) {
    *kept = v;
    return;
  }
  if (stream) {
    _mm256_stream_ps(p - 8, (__m256)*kept);
    _mm256_stream_ps(p, (__m256)v);
    return;
  }
#endif
  (void)kept;
  v_stream(stream, p, v);
}
SM_INLINE void v_prefetch(const float *p) { __builtin_prefetch(p, 0, 3); }
SM_INLINE void v_prefetch_far(const void *p) { __builtin_prefetch(p, 0, 2); } /* as far as L2 */

#if defined __AVX512F__
SM_INLINE vf v_set(float x) { return (vf)_mm512_set1_ps(x); }
SM_INLINE vf v_fma(vf a, vf b, vf c) { return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
SM_INLINE vf v_max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
SM_INLINE void v_half(const uint16_t *p, float *out) {
  _mm512_storeu_ps(out, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)));
}
#elif defined __AVX2__ && defined __FMA__
SM_INLINE vf v_set(float x) { return (vf)_mm256_set1_ps(x); }
SM_INLINE vf v_fma(vf a, vf b, vf c) { return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
SM_INLINE vf v_max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
SM_INLINE void v_half(const uint16_t *p, float *out) {
  _mm256_storeu_ps(out, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)));
  _mm256_storeu_ps(out + 8, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p + 8))));
}
#elif defined __ARM_NEON && defined __aarch64__
SM_INLINE vf v_set(float x) { return (vf)vdupq_n_f32(x); }
SM_INLINE vf v_fma(vf a, vf b, vf c) { return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
SM_INLINE vf v_max(vf a, vf b) { return (vf)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
SM_INLINE void v_half(const uint16_t *p, float *out) {
  for (int i = 0; i < 16; i += 4) vst1q_f32(out + i, vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p + i))));
}
#else
SM_INLINE vf v_set(float x) { return (vf){x, x, x, x}; }
SM_INLINE vf v_fma(vf a, vf b, vf c) { return a * b + c; }
SM_INLINE vf v_max(vf a, vf b) {
  typedef int32_t vi __attribute__((vector_size(16)));
  vi less = a < b;
  return (vf)(((vi)a & ~less) | ((vi)b & less));
}
/* 16 halfs to floats: exact, subnormals, infinities and NaN included. */
SM_INLINE void v_half(const uint16_t *p, float *out) {
  for (int i = 0; i < 16; i++) {
    uint32_t h = p[i], sign = (h & 0x8000) << 16, rest = h & 0x7fff, bits;
    float magnitude;
    if (rest >= 0x7c00) {
      bits = 0x7f800000 | (rest & 0x3ff) << 13;
      memcpy(&magnitude, &bits, 4);
    } else if (rest < 0x400) {
      magnitude = (float)rest * 0x1p-24f;
    } else {
      bits = (rest << 13) + (112u << 23);
      memcpy(&magnitude, &bits, 4);
    }
    memcpy(&bits, &magnitude, 4);
    bits |= sign;
    memcpy(out + i, &bits, 4);
  }
}
#endif

/* Rows a .. d of 4 -> columns: out[i * stride] gets element i of each. */
SM_INLINE void v_transpose4(const float *a, const float *b, const float *c, const float *d, float *out, int stride) {
  typedef float loose __attribute__((vector_size(16), aligned(4), may_alias));
  vf4 r0 = *(const loose *)a, r1 = *(const loose *)b, r2 = *(const loose *)c, r3 = *(const loose *)d;
  vf4 t0 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), t1 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  vf4 t2 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7), t3 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(vf4 *)out = __builtin_shufflevector(t0, t1, 0, 1, 4, 5);
  *(vf4 *)(out + stride) = __builtin_shufflevector(t0, t1, 2, 3, 6, 7);
  *(vf4 *)(out + 2 * stride) = __builtin_shufflevector(t2, t3, 0, 1, 4, 5);
  *(vf4 *)(out + 3 * stride) = __builtin_shufflevector(t2, t3, 2, 3, 6, 7);
}

/* 16 x 16: out[i * 16 + r] := row[r][i]. */
#if defined __AVX512F__
SM_INLINE void v_transpose16(const float *const *row, float *out) {
  __m512 a[16], b[16];
  SM_UNROLL(16) for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_ps(row[i]);
  SM_UNROLL(8) for (int i = 0; i < 16; i += 2) {
    b[i] = _mm512_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_ps(a[i], a[i + 1]);
  }
  SM_UNROLL(4) for (int i = 0; i < 16; i += 4) {
    a[i] = _mm512_shuffle_ps(b[i], b[i + 2], 0x44);
    a[i + 1] = _mm512_shuffle_ps(b[i], b[i + 2], 0xee);
    a[i + 2] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0x44);
    a[i + 3] = _mm512_shuffle_ps(b[i + 1], b[i + 3], 0xee);
  }
  SM_UNROLL(4) for (int i = 0; i < 4; i++) {
    b[i] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0x88);
    b[i + 4] = _mm512_shuffle_f32x4(a[i], a[i + 4], 0xdd);
    b[i + 8] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0x88);
    b[i + 12] = _mm512_shuffle_f32x4(a[i + 8], a[i + 12], 0xdd);
  }
  SM_UNROLL(4) for (int i = 0; i < 4; i++) {
    _mm512_store_ps(out + i * 16, _mm512_shuffle_f32x4(b[i], b[i + 8], 0x88));
    _mm512_store_ps(out + (i + 4) * 16, _mm512_shuffle_f32x4(b[i + 4], b[i + 12], 0x88));
    _mm512_store_ps(out + (i + 8) * 16, _mm512_shuffle_f32x4(b[i], b[i + 8], 0xdd));
    _mm512_store_ps(out + (i + 12) * 16, _mm512_shuffle_f32x4(b[i + 4], b[i + 12], 0xdd));
  }
}
#else
SM_INLINE void v_transpose16(const float *const *row, float *out) {
  for (int i = 0; i < 16; i += 4)
    for (int r = 0; r < 16; r += 4)
      v_transpose4(row[r] + i, row[r + 1] + i, row[r + 2] + i, row[r + 3] + i, out + i * 16 + r, 16);
}
#endif
