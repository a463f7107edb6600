/* SPDX-License-Identifier: GPL-3.0-or-later
 * What surrounds a task. Denormal numbers cost a hundred cycles each and mean nothing here: tasks flush them to 0, and give the thread
 * back as it was. */
#pragma once
#include <stdint.h>

static inline uint64_t sm_flush_begin(void) {
#if defined __x86_64__
  unsigned old = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(old | 0x8040); /* flush to zero, denormals are zero */
  return old;
#elif defined __aarch64__
  uint64_t old;
  __asm__ volatile("mrs %0, fpcr" : "=r"(old));
  __asm__ volatile("msr fpcr, %0" : : "r"(old | 1u << 24));
  return old;
#else
  return 0;
#endif
}

static inline void sm_flush_end(uint64_t old) {
#if defined __x86_64__
  __builtin_ia32_sfence(); /* what was written past the caches is there for whoever comes next */
  __builtin_ia32_ldmxcsr((unsigned)old);
#elif defined __aarch64__
  __asm__ volatile("msr fpcr, %0" : : "r"(old));
#endif
}
