/* SPDX-License-Identifier: GPL-3.0-or-later
 * For builds with ThreadSanitizer, which does not see into GLib's own locks: the linker puts these functions between us and
 * those (tests/threads.sh). */
#include <glib.h>

#pragma GCC visibility push(default) /* GLib's own calls come here, too */
void __tsan_acquire(void *at);
void __tsan_release(void *at);

void __real_g_mutex_lock(GMutex *mutex);
void __real_g_mutex_unlock(GMutex *mutex);
gboolean __real_g_mutex_trylock(GMutex *mutex);
void __real_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __real_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);
void __wrap_g_mutex_lock(GMutex *mutex);
void __wrap_g_mutex_unlock(GMutex *mutex);
gboolean __wrap_g_mutex_trylock(GMutex *mutex);
void __wrap_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);

void __wrap_g_mutex_lock(GMutex *mutex) {
  __real_g_mutex_lock(mutex);
  __tsan_acquire(mutex);
}
void __wrap_g_mutex_unlock(GMutex *mutex) {
  __tsan_release(mutex);
  __real_g_mutex_unlock(mutex);
}
gboolean __wrap_g_mutex_trylock(GMutex *mutex) {
  const gboolean locked = __real_g_mutex_trylock(mutex);
  if (locked) __tsan_acquire(mutex);
  return locked;
}
void __wrap_g_cond_wait(GCond *cond, GMutex *mutex) {
  __tsan_release(mutex);
  __real_g_cond_wait(cond, mutex);
  __tsan_acquire(mutex);
}
gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end) {
  __tsan_release(mutex);
  const gboolean woken = __real_g_cond_wait_until(cond, mutex, end);
  __tsan_acquire(mutex);
  return woken;
}
