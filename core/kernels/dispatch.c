/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which tables this machine can run: what the CPU has and what the system saves on a task switch. */
#include <assert.h>
#include <string.h>

#include "kernels/isa.h"

#if defined __x86_64__
#include <cpuid.h>

typedef struct abilities {
  int avx2, avx512;
} abilities;

static abilities look(void) {
  abilities a = {0, 0};
  unsigned eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return a;
  const unsigned need = bit_FMA | bit_OSXSAVE | bit_AVX | bit_F16C;
  if ((ecx & need) != need) return a;
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return a;
  a.avx2 = (low & 0x06) == 0x06 && (ebx & bit_AVX2);
  const unsigned need512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
  a.avx512 = a.avx2 && (low & 0xe6) == 0xe6 && (ebx & need512) == need512;
  return a;
}
#endif

const sm_kernels *const *sm_kernels_all(void) {
#if defined __x86_64__
  /* every prefix of the full list, so that no state is kept */
  static const sm_kernels *const with_512[] = {&sm_kernels_portable, &sm_kernels_avx2, &sm_kernels_avx512, NULL};
  static const sm_kernels *const with_2[] = {&sm_kernels_portable, &sm_kernels_avx2, NULL};
  static const sm_kernels *const none[] = {&sm_kernels_portable, NULL};
  abilities a = look();
  return a.avx512 ? with_512 : a.avx2 ? with_2 : none;
#elif defined __aarch64__
  static const sm_kernels *const all[] = {&sm_kernels_portable, &sm_kernels_neon, NULL}; /* part of the base set */
  return all;
#else
  static const sm_kernels *const all[] = {&sm_kernels_portable, NULL};
  return all;
#endif
}

const sm_kernels *sm_kernels_best(void) {
  const sm_kernels *const *k = sm_kernels_all();
  while (k[1]) k++;
  return *k;
}

const sm_kernels *sm_kernels_named(const char *name) {
  assert(name);
  for (const sm_kernels *const *k = sm_kernels_all(); *k; k++)
    if (!strcmp((*k)->name, name)) return *k;
  return NULL;
}
