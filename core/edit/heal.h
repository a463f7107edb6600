/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap_heal for who learns to choose (tests/bench/truth/candidates.c). */
#pragma once
#include "edit/choose.h"

/* Takes a candidate: what is seen of it, and its square, 3 planes, -1..1. */
typedef void (*sm_candidate_take)(void *data, const sm_candidate *candidate, const float seen[SM_CHOICE_SEEN],
                                  const float *image);

/* stylemap_heal. With a `take` every candidate is made and told of, else those that may win. */
stylemap_status sm_heal(stylemap_session *session, const stylemap_layer *target, const stylemap_placement *placement,
                        const stylemap_piece *pieces, int count, const stylemap_heal_options *options, int x, int y, int w,
                        int h, const stylemap_layer *result, stylemap_heal_report *report, sm_candidate_take take,
                        void *data, stylemap_error *error);
