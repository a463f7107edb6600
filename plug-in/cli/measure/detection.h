/* SPDX-License-Identifier: GPL-3.0-or-later
 * How well the detector of generated pictures tells edits from the pictures that they are of: a table's column AP. */
#pragma once
#include "cli/measure/squares.h"
#include "cli/measure/table.h"

typedef struct Detection Detection;

/* By the weights in `path`; looks at the pictures. */
Detection *detection_open (const gchar *path, const Squares *pictures, GError **error);
void       detection_free (Detection *detection);

/* What comes in detection_edit till detection_end is a row's. NULL detects nothing. `image` is an edit of that picture. */
void     detection_begin (Detection *detection);
gboolean detection_edit (Detection *detection, const gfloat *image, guint picture, GError **error);
/* The average precision, generated pictures being those to be found, of which there are as many as of others. */
gboolean detection_end (Detection *detection, gdouble *precision, GError **error);
