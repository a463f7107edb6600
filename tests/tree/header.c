/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public header stands alone, as C11 and (header.cc, made from this file) as C++. */
#include "stylemap.h"

int main(void) {
  stylemap_placement square;
  stylemap_fit(3, 2, &square);
  return !(square.side == 2 && stylemap_version()[0]);
}
