/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reader's half of differential.py: of each file on its standard input (four bytes of size, the first the least, then the
 * file) a line on its standard output, "load" or "refuse RULE". Only examined, as strict_reader.py does: what holds numbers
 * that are none loads. */
#include "fuzz.h"
#include "stylemap.h"

int main(void) {
  unsigned char head[4];
  unsigned char *data = NULL;
  while (fread(head, 1, sizeof head, stdin) == sizeof head) {
    size_t size = head[0] | head[1] << 8 | head[2] << 16 | (size_t)head[3] << 24;
    stylemap_model *model = NULL;
    stylemap_error error = {0};
    MUST((data = realloc(data, size + 1)) && fread(data, 1, size, stdin) == size);
    stylemap_status status = stylemap_examine(fuzz_file(data, size), &model, &error);
    MUST(status == STYLEMAP_OK || status == STYLEMAP_REFUSED);
    if (status == STYLEMAP_OK) puts("load");
    else printf("refuse %s\n", error.rule);
    fflush(stdout);
    stylemap_close(model);
  }
  free(data);
  return 0;
}
