/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asks in the background how well a model knows the target, while a dialog is open. */
#pragma once
#include "host/worker.h"

typedef struct Probe Probe;

/* On the main thread, once, from its main loop; on failure `error` says why. Not after probe_free. */
typedef void (*ProbeDone)(gdouble mse, gdouble usual, const GError *error, gpointer data);

/* Keeps a reference to `target`, whose square lies at `placement` (NULL: centred), which nobody may write to meanwhile. Opens `*engine`, which nobody may use before
 * probe_free, and leaves it open. */
Probe *probe_start(Engine **engine, GeglBuffer *target, const stylemap_placement *placement, const gchar *model,
                   ProbeDone done, gpointer data);
/* Stops it if it still runs and waits for that, some milliseconds. NULL is fine. */
void probe_free(Probe *probe);
