// SPDX-License-Identifier: GPL-3.0-or-later
// Renders toon portraits for training: style "Toon Head" by Johan Melin, CC BY 4.0, through DiceBear and resvg.
// usage: npm install; node render.mjs FOLDER FIRST LAST SIZE [--plain | --moved=PART] [--labels]
//   FOLDER/NNNNNN/toonN.png, SIZE x SIZE, of the seeds toonFIRST .. toonLAST-1, a thousand files a folder.
//   Seeds below 1000 are held out for measuring: rendering them needs --plain, which also leaves out the shift, scale
//   and background variation (the exact options behind the held-out tiles). Of the others, PART (0.5) are moved and
//   scaled.
//   With --labels no picture is made: what the pictures would show is printed, as a table for
//   `stylemap direction learn --labels`.
import fs from 'fs';
import path from 'path';
import { createAvatar } from '@dicebear/core';
import { toonHead } from '@dicebear/collection';
import { Resvg } from '@resvg/resvg-js';
import * as toon from './toon.mjs';

const args = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const plain = process.argv.includes('--plain');
const moved = +(process.argv.find((a) => a.startsWith('--moved='))?.slice(8) ?? 0.5);
const [folder, first, last, size] = [args[0], ...args.slice(1).map(Number)];
if (!folder || !(first >= 0) || !(last > first) || !(size >= 16) || !(moved >= 0 && moved <= 1)) {
  console.error('usage: node render.mjs FOLDER FIRST LAST SIZE [--plain | --moved=PART]');
  process.exit(2);
}
if (first < 1000 && !plain) {
  console.error('Seeds below 1000 are held out: train on 1000 and above.');
  process.exit(2);
}

function options(n) {
  const base = { ...toon.plain(n), size };
  if (plain) return base;
  const r = toon.random(n);
  for (let i = 0; i < 4; i++) r();
  // some moved and scaled a little, the others where the held-out tiles are; the background solid, graded, or any colour
  if (r() < moved) {
    base.translateX = Math.round((r() * 2 - 1) * 6);
    base.translateY = Math.round((r() * 2 - 1) * 4);
    base.scale = Math.round(92 + r() * 18);
  }
  const kind = r();
  if (kind < 0.15) {
    base.backgroundType = ['gradientLinear'];
    base.backgroundRotation = [Math.floor(r() * 360)];
  } else if (kind < 0.3) {
    const hex = () => Math.floor(r() * 256).toString(16).padStart(2, '0');
    base.backgroundColor = [hex() + hex() + hex()];
  }
  return base;
}

function labels(n) {
  const o = createAvatar(toonHead, options(n)).toJson().extra;
  const light = (hex) => Math.round([0.299, 0.587, 0.114].reduce((sum, k, i) => sum + k * parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16), 0));
  const length = ['neckHigh', 'shoulderHigh', 'longWavy', 'longStraight'].indexOf(o.rearHair) + 1;
  return ['toon' + n + '.png', o.eyes, o.eyebrows, o.mouth, o.beard ?? 'none', o.hair ?? 'none', length, light(o.hairColor),
    light(o.skinColor), o.clothes].join();
}

if (process.argv.includes('--labels')) {
  console.log('picture,eyes,eyebrows,mouth,beard,hair,hair-length,hair-light,skin-light,clothes');
  for (let n = first; n < last; n++) console.log(labels(n));
  process.exit(0);
}

for (let n = first; n < last; n++) {
  const svg = createAvatar(toonHead, options(n)).toString();
  const png = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().asPng();
  const where = path.join(folder, String(Math.floor(n / 1000)).padStart(6, '0'));
  if (n === first || n % 1000 === 0) fs.mkdirSync(where, { recursive: true });
  fs.writeFileSync(path.join(where, 'toon' + n + '.png'), png);
  if ((n + 1 - first) % 1000 === 0) console.log(n + 1 - first + ' of ' + (last - first));
}
