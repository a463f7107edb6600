/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/workers.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "base/memory.h"

struct sm_pool {
  int threads; /* caller included */
  int started; /* worker threads that run: threads - 1, or fewer while starting */
  pthread_t *workers;
  pthread_mutex_t lock;
  pthread_cond_t wake, idle;
  atomic_uint generation; /* of the job set; changed under lock, as is quit */
  atomic_int quit, busy;
  int count;              /* this and the next two are written while no worker is busy */
  sm_task *task;
  void *context;
  atomic_int next;
};

static void work(sm_pool *pool, int worker, int (*poll)(void *), void *poll_data, int *stopped) {
  for (;;) {
    int i = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (i >= pool->count) return;
    pool->task(pool->context, i, worker);
    if (poll && poll(poll_data)) {
      *stopped = 1;
      atomic_store_explicit(&pool->next, pool->count, memory_order_relaxed);
      return;
    }
  }
}

typedef struct start {
  sm_pool *pool;
  int worker;
} start;

/* A layer is several job sets, and the next one usually comes within microseconds: waking a sleeping thread takes
 * longer than that. So a thread looks for a while before it sleeps. */
enum { LOOKS = 4000 };

static void pause_briefly(void) {
#if defined __x86_64__
  __builtin_ia32_pause();
#elif defined __aarch64__
  __asm__ volatile("yield");
#endif
}

static void *thread_main(void *data) {
  start s = *(start *)data;
  sm_free(data);
  sm_pool *pool = s.pool;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < LOOKS && atomic_load(&pool->generation) == seen && !atomic_load(&pool->quit); i++)
      pause_briefly();
    if (atomic_load(&pool->generation) == seen) {
      pthread_mutex_lock(&pool->lock);
      while (atomic_load(&pool->generation) == seen && !atomic_load(&pool->quit))
        pthread_cond_wait(&pool->wake, &pool->lock);
      pthread_mutex_unlock(&pool->lock);
    }
    if (atomic_load(&pool->quit)) return NULL;
    seen = atomic_load(&pool->generation);
    work(pool, s.worker, NULL, NULL, NULL);
    if (atomic_fetch_sub(&pool->busy, 1) == 1) {
      pthread_mutex_lock(&pool->lock);
      pthread_cond_signal(&pool->idle);
      pthread_mutex_unlock(&pool->lock);
    }
  }
}

static int available_cores(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
  return 1;
}

stylemap_status sm_pool_new(int threads, sm_pool **out, stylemap_error *error) {
  if (threads <= 0) threads = available_cores();
  sm_pool *pool = sm_calloc(1, sizeof *pool);
  if (!pool) return sm_no_memory(error, sizeof *pool);
  pool->workers = sm_calloc((size_t)threads, sizeof *pool->workers);
  if (!pool->workers) {
    sm_free(pool);
    return sm_no_memory(error, sizeof *pool);
  }
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->wake, NULL);
  pthread_cond_init(&pool->idle, NULL);
  /* A machine that refuses another thread still does the work, only slower. */
  for (int i = 1; i < threads; i++) {
    start *s = sm_alloc(1, sizeof *s);
    if (!s) break;
    *s = (start){pool, i};
    if (pthread_create(&pool->workers[pool->started], NULL, thread_main, s)) {
      sm_free(s);
      break;
    }
    pool->started++;
  }
  pool->threads = pool->started + 1;
  *out = pool;
  return STYLEMAP_OK;
}

void sm_pool_free(sm_pool *pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->lock);
  pool->quit = 1;
  pthread_cond_broadcast(&pool->wake);
  pthread_mutex_unlock(&pool->lock);
  for (int i = 0; i < pool->started; i++) pthread_join(pool->workers[i], NULL);
  pthread_mutex_destroy(&pool->lock);
  pthread_cond_destroy(&pool->wake);
  pthread_cond_destroy(&pool->idle);
  sm_free(pool->workers);
  sm_free(pool);
}

int sm_pool_threads(const sm_pool *pool) { return pool->threads; }

int sm_pool_run(sm_pool *pool, int count, sm_task *task, void *context, int (*poll)(void *), void *poll_data) {
  int stopped = 0;
  pool->count = count;
  pool->task = task;
  pool->context = context;
  atomic_store(&pool->next, 0);
  if (count > 1 && pool->started) {
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->busy, pool->started);
    atomic_fetch_add(&pool->generation, 1);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
  }
  work(pool, 0, poll, poll_data, &stopped);
  for (int i = 0; i < LOOKS && atomic_load(&pool->busy); i++) pause_briefly();
  if (atomic_load(&pool->busy)) {
    pthread_mutex_lock(&pool->lock);
    while (atomic_load(&pool->busy)) pthread_cond_wait(&pool->idle, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
  }
  return stopped;
}
