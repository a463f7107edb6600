/* SPDX-License-Identifier: GPL-3.0-or-later
 * A fixed pool of worker threads. One job set at a time; the caller works too (as worker 0). */
#pragma once
#include "base/error.h"

typedef struct sm_pool sm_pool;

/* `threads` workers in all, the caller included; 0 = the cores this process may use. */
stylemap_status sm_pool_new(int threads, sm_pool **pool, stylemap_error *error);
void sm_pool_free(sm_pool *pool);
int sm_pool_threads(const sm_pool *pool);

/* Runs task(context, index, worker) for every index in 0 .. count - 1, handed out in rising order, and returns
 * when all have run. `worker` is 0 .. threads - 1. Between the caller's own tasks `poll` (may be NULL) is called
 * on the calling thread; non-zero stops the handing out. Returns 0, or non-zero if stopped. */
typedef void sm_task(void *context, int index, int worker);
int sm_pool_run(sm_pool *pool, int count, sm_task *task, void *context, int (*poll)(void *), void *poll_data);
