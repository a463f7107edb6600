// SPDX-License-Identifier: GPL-3.0-or-later
// Where the parts of toon portraits lie: FOLDER/{eyes,mouth,hair,face,background}.png, 64 x 64 grey, how often a place shows
// the part, of COUNT portraits of the seeds from toon1000 on, unmoved. A part is what changes when it is left out or painted,
// a cell wider; eyes and mouth three cells, for they come in many shapes and a mask must take in another one's, too.
// usage: npm install; node regions.mjs FOLDER [COUNT=300]
// Style "Toon Head" by Johan Melin, CC BY 4.0, through DiceBear and resvg.
import fs from 'fs';
import path from 'path';
import { pathToFileURL } from 'url';
import { createAvatar } from '@dicebear/core';
import { toonHead } from '@dicebear/collection';
import { Resvg } from '@resvg/resvg-js';
import * as toon from './toon.mjs';

const SIZE = 64, here = process.cwd(), [folder, count = '300'] = process.argv.slice(2);
if (!folder) { console.error('usage: node regions.mjs FOLDER [COUNT]'); process.exit(2); }
const components = await import(pathToFileURL(path.join(here, 'node_modules/@dicebear/toon-head/lib/components/index.js')));

const portrait = (n) => toon.parts(createAvatar(toonHead, toon.plain(n)).toJson().extra);
function pixels(p) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 768 768" fill="none"><rect fill="${p.background}" width="768" height="768"/>${toon.body(components, p)}</svg>`;
  return new Resvg(svg, { fitTo: { mode: 'width', value: SIZE } }).render().pixels;
}
const without = (p, ...parts) => ({ ...p, ...Object.fromEntries(parts.map((k) => [k, null])) });
const painted = (p, k) => ({ ...p, [k]: { ...p[k], colour: '#00ff00' } });
// 1 where two drawings of a portrait differ
const differs = (a, b) => Float64Array.from({ length: SIZE * SIZE }, (_, i) => +(Math.max(...[0, 1, 2].map((c) => Math.abs(a[4 * i + c] - b[4 * i + c]))) > 8));

function wider(mask, by) {
  return mask.map((_, i) => {
    for (let y = -by; y <= by; y++)
      for (let x = -by; x <= by; x++) {
        const u = i % SIZE + x, v = Math.floor(i / SIZE) + y;
        if (x * x + y * y <= by * by && u >= 0 && v >= 0 && u < SIZE && v < SIZE && mask[v * SIZE + u]) return 1;
      }
    return 0;
  });
}

const sums = Object.fromEntries(['eyes', 'mouth', 'hair', 'face', 'background'].map((k) => [k, new Float64Array(SIZE * SIZE)]));
for (let n = 1000; n < 1000 + +count; n++) {
  const p = portrait(n), whole = pixels(p), part = (q) => differs(whole, pixels(q));
  const one = { eyes: part(without(p, 'eyes', 'eyebrows')), mouth: part(without(p, 'mouth')), hair: part(without(p, 'hair', 'rearHair')),
                face: part(painted(p, 'head')), background: part({ ...p, background: p.background === '#ff00ff' ? '#00ff00' : '#ff00ff' }) };
  const beard = part(without(p, 'beard'));
  one.face = one.face.map((v, i) => Math.max(v, one.eyes[i], one.mouth[i], beard[i]));
  one.hair = one.hair.map((v, i) => (one.background[i] ? 0 : v));
  for (const k of Object.keys(sums)) wider(one[k], k === 'eyes' || k === 'mouth' ? 3 : 1).forEach((v, i) => { sums[k][i] += v; });
}
fs.mkdirSync(folder, { recursive: true });
const rect = (v, i) => `<rect x="${i % SIZE}" y="${Math.floor(i / SIZE)}" width="1" height="1" fill="rgb(${[v, v, v].join(',')})"/>`;
for (const [k, sum] of Object.entries(sums)) { // resvg is the one thing here that writes PNG
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" shape-rendering="crispEdges">${[...sum].map((s, i) => rect(Math.round(255 * s / +count), i)).join('')}</svg>`;
  fs.writeFileSync(path.join(folder, k + '.png'), new Resvg(svg).render().asPng());
}
