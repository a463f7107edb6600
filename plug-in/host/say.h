/* SPDX-License-Identifier: GPL-3.0-or-later
 * What hosts tell the user: core's phases and errors, translated, and the one domain of errors that hosts share. */
#pragma once
#include <glib.h>
#include "stylemap.h"

/* ARGUMENT: what was asked for makes no sense (a wrong reference, a number out of range). FAILED: it makes sense and
 * cannot be done. MEMORY: not now, for core had none. */
typedef enum { HOST_ERROR_FAILED, HOST_ERROR_CANCELLED, HOST_ERROR_ARGUMENT, HOST_ERROR_MEMORY } HostErrorCode;
#define HOST_ERROR (host_error_quark ())
GQuark host_error_quark (void);

/* The folder of the translations: the environment's STYLEMAP_LOCALEDIR, else where they are installed. */
const gchar *say_catalogues (void);
/* At a program's start, before any other thread: the environment's locale, and its language for all that is said. */
void say_start (void);

/* A translated GError from core's. */
void say_error (GError **error, const stylemap_error *core);
/* TRUE where `status` is STYLEMAP_OK, else say_error. */
gboolean say_status (stylemap_status status, const stylemap_error *core, GError **error);

/* What a phase is called on the screen. */
const gchar *say_phase (stylemap_phase phase);
