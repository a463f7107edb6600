// SPDX-License-Identifier: GPL-3.0-or-later
// What the portraits of render.mjs show, by the renderer's own options, as a table for `stylemap direction learn --labels`.
// usage: npm install; node labels.mjs FIRST LAST > labels.csv
// A colour is its brightness, 0 to 255.
import { createAvatar } from '@dicebear/core';
import { toonHead } from '@dicebear/collection';
import * as toon from './toon.mjs';

const [first, last] = process.argv.slice(2).map(Number);
if (!(first >= 0) || !(last > first)) {
  console.error('usage: node labels.mjs FIRST LAST');
  process.exit(2);
}
const bright = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return Math.round(0.299 * r + 0.587 * g + 0.114 * b);
};
const bearded = { fullBeard: 'yes', longBeard: 'yes', chin: 'chin', moustacheTwirl: 'moustache', chinMoustache: 'chin-moustache' };

console.log('name,eyes,eyebrows,mouth,beard,hair,rear,hair-colour,skin-colour');
for (let n = first; n < last; n++) {
  const x = createAvatar(toonHead, toon.plain(n)).toJson().extra;
  console.log([`toon${n}.png`, x.eyes, x.eyebrows, x.mouth, bearded[x.beard] ?? 'no', x.hair, x.rearHair ?? 'none', bright(x.hairColor),
               bright(x.skinColor)].join(','));
}
