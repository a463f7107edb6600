/* SPDX-License-Identifier: GPL-3.0-or-later
 * What other programs made, measured beside: --folder and --seconds. */
#pragma once
#include "cli/measure/measure.h"

typedef struct {
  gchar *name;
  const gchar *folder;
  GHashTable *files; /* paths of its pictures by their stems */
  gdouble seconds;   /* that a picture took; NaN: nobody says */
  gboolean used;     /* has a row */
} Other;

/* Of each "NAME=FOLDER" or FOLDER, and each "NAME=SECONDS" (both NULL, or closed by NULL; kept by the caller), in their order;
 * NULL where a folder cannot be read, or --seconds names none. */
GPtrArray *others_new (gchar **folders, gchar **seconds, GError **error);
/* A usage error where one of them has no row. */
gboolean   others_check (const GPtrArray *others, GError **error);
gboolean   other_fail (const Other *other, GError **error);

/* The paths of the pictures below a folder by their stems; g_hash_table_unref. */
GHashTable *files_by_stem (const gchar *folder, GError **error);
