/* SPDX-License-Identifier: GPL-3.0-or-later
 * A square placed by the points of a path: "path", the active (GIMP 3: selected) one of the layer's image, or "path:NAME". */
#pragma once
#include "gimp/compat.h"

gboolean path_is_meant(const gchar *text);
/* Its two or four points in the layer's pixels, as place_parse takes them; to be freed. NULL and a sentence where there is no
 * such path or it has another number of points. */
gchar *path_points(const gchar *text, DrawableRef drawable, GError **error);
