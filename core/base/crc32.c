/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/crc32.h"
#include "base/bytes.h"

void sm_crc32_init(sm_crc32 *tables) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t v = i;
    for (int bit = 0; bit < 8; bit++) v = v >> 1 ^ (v & 1 ? 0xedb88320u : 0);
    tables->table[0][i] = v;
  }
  for (int k = 1; k < 8; k++)
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t v = tables->table[k - 1][i];
      tables->table[k][i] = v >> 8 ^ tables->table[0][v & 255];
    }
}

uint32_t sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size) {
  const uint32_t(*t)[256] = tables->table;
  const uint8_t *b = data;
  crc = ~crc;
  for (; size >= 8; size -= 8, b += 8) { /* eight bytes a turn: files of gigabytes are read through this */
    uint32_t low = crc ^ sm_le32(b), high = sm_le32(b + 4);
    crc = t[7][low & 255] ^ t[6][low >> 8 & 255] ^ t[5][low >> 16 & 255] ^ t[4][low >> 24] ^ t[3][high & 255] ^
          t[2][high >> 8 & 255] ^ t[1][high >> 16 & 255] ^ t[0][high >> 24];
  }
  while (size--) crc = crc >> 8 ^ t[0][(crc ^ *b++) & 255];
  return ~crc;
}
