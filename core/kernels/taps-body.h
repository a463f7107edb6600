/* SPDX-License-Identifier: GPL-3.0-or-later
 * Convolutions as one matrix product: 3x3 with nine copies of the input (small maps), and 1x1. Included by body.h. */

SM_INLINE void input_pixels(const sm_input *in, int first, int count, int rows, float *v, int reach) {
  const size_t pixels = (size_t)in->height * (size_t)in->width;
  for (int dy = -reach; dy <= reach; dy++)
    for (int dx = -reach; dx <= reach; dx++)
      for (int b = 0; b < in->blocks; b++)
        for (int i = 0; i < rows; i++, v += 16) {
          if (i >= count) {
            memset(v, 0, 64);
            continue;
          }
          tile_at t = tile(in->tiles, first + i, in->rows, in->columns);
          const size_t at = (size_t)b * pixels * 16;
          for (int l = 0; l < 16; l += SM_LANES) {
            vf one;
            gather(in, in->maps[t.picture] + at, in->other ? in->other + at : NULL, t.row + dy, t.column + dx, 1, l, &one);
            v_store(v + l, one);
          }
        }
}

static void input_taps3(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  (void)plane;
  input_pixels(in, first, count, rows, v, 1);
}

static void input_point(const sm_input *in, int first, int count, int rows, float *v, size_t plane) {
  (void)plane;
  input_pixels(in, first, count, rows, v, 0);
}

/* U [tap][channel][16 blocks], the order of input_pixels. */
static void weights_taps(const sm_filter *f, int block, int blocks, int from, int depth, float *u, size_t plane,
                         float *scratch) {
  (void)plane;
  const int channels = depth * 16;
  for (int j = 0; j < blocks; j++)
    for (int c = 0; c < channels; c += 16) {
      load_weights(f, (block + j) * 16, from * 16 + c, scratch);
      for (int k = 0; k < 16; k++) {
        prefetch_weights(f, block + j, from * 16 + c, from * 16, depth, k);
        for (int tap = 0; tap < f->taps; tap++) {
          float *to = u + ((size_t)tap * (size_t)channels + (size_t)(c + k)) * (size_t)blocks * 16 + (size_t)j * 16;
          memcpy(to, scratch + (k * f->taps + tap) * 16, 64);
        }
      }
    }
}

/* One pixel a tile. */
static void output_pixels(const sm_output *o, int block, int blocks, int first, int count, const float *m,
                          const float *m2, size_t plane) {
  (void)plane;
  const size_t pixels = (size_t)o->height * (size_t)o->width;
  for (int l = 0; l < blocks * 16; l += SM_LANES) {
    const size_t channel = (size_t)block * 16 + (size_t)l;
    for (int i = 0; i < count; i++) {
      tile_at t = tile(o->tiles, first + i, o->rows, o->columns);
      finish f = finish_of(o, t.picture, channel);
      size_t p = (channel / 16 * pixels + (size_t)t.row * (size_t)o->width + (size_t)t.column) * 16 + channel % 16;
      vf s = v_load(m + (size_t)i * (size_t)blocks * 16 + l);
      vf s2 = m2 ? v_load(m2 + (size_t)i * (size_t)blocks * 16 + l) : v_set(0);
      if (o->x) {
        v_stream(o->stream, f.y + p, finish_modulated(&f, s, s2, p));
      } else if (m2) {
        v_store(f.y + p, s + f.bias);
        v_store(f.second + p, s2 + f.bias2);
      } else {
        v_stream(o->stream, f.y + p, finish_active(&f, s, p));
      }
    }
  }
}
