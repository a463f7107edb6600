/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include "base/error.h"
#include "frame/frame.h"
#include "stylemap.h"

/* stylemap_reconstruct of a part of the square, about, for drafts: normalised as `like` is, of which the session remembers
 * what the model makes of it, on those levels that are made in part; outside the part `out` is what that was. All of it is drawn
 * and exact where the session does not remember that, or remembers the image itself, where a window saves no more than `least`
 * multiply-adds of gamma and beta (`sm_window.saved`), and with InstanceNorm, where another picture's statistics, of each channel,
 * leave little of this one's. `out` is not `image`. */
stylemap_status sm_reconstruct_part(stylemap_session *session, const float *image, const float *like,
                                    const sm_part_of_square *part, double least, float *out, stylemap_error *error);
