/* SPDX-License-Identifier: GPL-3.0-or-later
 * The boxes of the network without their checks, and what they cost; a session that plans runs them on no memory. */
#pragma once
#include "net/modulate.h"
#include "net/session.h"

double sm_encode_work(const sm_config *config);
double sm_resize_work(const sm_config *config);
double sm_synth_work(const sm_config *config);

void sm_encode_run(stylemap_session *session, const float *image, float *stylemap);
void sm_resize_run(stylemap_session *session, const float *stylemap, stylemap_pyramid *pyramid);

/* needed.c: the same for those parts of the pyramid that an edit reads and that are not there yet, with the same bits:
 * of the target all but where only the reference shows, of the reference what shows. `weight` NULL: all of it. */
typedef enum sm_part { SM_OF_TARGET, SM_OF_REFERENCE } sm_part;
stylemap_status sm_resize_needed(stylemap_session *session, const float *stylemap, stylemap_pyramid *pyramid,
                                 sm_part part, const float *weight, double strength, stylemap_error *error);
/* And for those that a window reads. */
stylemap_status sm_resize_window(stylemap_session *session, const float *stylemap, stylemap_pyramid *pyramid,
                                 const sm_window *window, stylemap_error *error);
void sm_synth_run(stylemap_session *session, const sm_styles *styles, float *image);

/* to_rgb's 1x1 over beta's convolution, into sm_session.rgb_beta: once a session. */
void sm_fold_rgb(const sm_network *network, float *out);
