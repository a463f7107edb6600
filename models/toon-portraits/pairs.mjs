// SPDX-License-Identifier: GPL-3.0-or-later
// Renders edits of toon portraits whose true result is known, for `stylemap train --pairs`: a part of one portrait laid over
// another (FOLDER/collage), where (FOLDER/mask), and the portrait that has the part (FOLDER/truth). Style "Toon Head" by Johan
// Melin, CC BY 4.0, through DiceBear and resvg.
// usage: npm install; node pairs.mjs FOLDER FIRST LAST [SIZE=128]
//   The pairs FIRST .. LAST-1, each of its number alone; of portraits 1000 and above, as no other may be trained on.
import fs from 'fs';
import path from 'path';
import { pathToFileURL } from 'url';
import { createAvatar } from '@dicebear/core';
import { toonHead } from '@dicebear/collection';
import { Resvg } from '@resvg/resvg-js';
import { encode } from 'fast-png';
import * as toon from './toon.mjs';

const here = path.dirname(new URL(import.meta.url).pathname);
const components = await import(pathToFileURL(path.join(here, 'node_modules/@dicebear/toon-head/lib/components/index.js')));
const [folder, first, last, size = 128] = [process.argv[2], ...process.argv.slice(3).map(Number)];
if (!folder || !(first >= 0) || !(last > first) || !(size >= 16)) {
  console.error('usage: node pairs.mjs FOLDER FIRST LAST [SIZE=128]');
  process.exit(2);
}

const PARTS = [ // what comes from the other portrait, and how often
  [['rearHair', 'hair'], 4], [['eyes', 'eyebrows'], 5], [['eyes'], 3], [['mouth'], 3], [['beard'], 3], [['mouth', 'beard'], 2],
  [['clothes'], 3], [['body', 'head', 'eyes', 'eyebrows', 'mouth', 'beard'], 3], [['eyebrows'], 1],
];

function portrait(n, background) {
  const p = toon.parts(createAvatar(toonHead, toon.plain(n)).toJson().extra);
  return { ...p, background: background ?? p.background };
}

// `places`: one after the other, each a move (the picture's side = 1), a scale and a turn about the middle
function draw(p, places) {
  let body = toon.body(components, p);
  for (const { x, y, scale, turn } of places)
    body = `<g transform="translate(${768 * x} ${768 * y}) rotate(${turn} 384 384) translate(${384 * (1 - scale)} ${384 * (1 - scale)}) scale(${scale})">${body}</g>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 768 768" fill="none"><rect fill="${p.background}" width="768" height="768"/>${body}</svg>`;
  return new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render().pixels;
}

// The mask: where the pictures differ, somewhat wider, or an ellipse about that; soft at its edge.
function mask(a, t, r) {
  const n = size * size, unit = size / 128;
  const near = new Float32Array(n);
  let left = size, right = 0, top = size, bottom = 0, count = 0;
  for (let i = 0; i < n; i++) {
    if (Math.max(...[0, 1, 2].map((c) => Math.abs(a[4 * i + c] - t[4 * i + c]))) <= 4) continue;
    const x = i % size, y = (i - x) / size;
    near[i] = 1, count++;
    left = Math.min(left, x), right = Math.max(right, x + 1), top = Math.min(top, y), bottom = Math.max(bottom, y + 1);
  }
  const tight = r() < 0.45, wider = unit * (1 + 4 * r()), soft = unit * (0.4 + 2.2 * r() * r());
  const grow = [0.8 + 0.5 * r(), 0.8 + 0.5 * r()], shift = [0.1 * (r() - 0.5), 0.1 * (r() - 0.5)];
  if (count < 12 * unit * unit) return null;
  const m = new Float32Array(n);
  if (tight) {
    const reach = Math.ceil(wider);
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        if (!near[y * size + x]) continue;
        for (let j = Math.max(0, y - reach); j <= Math.min(size - 1, y + reach); j++)
          for (let i = Math.max(0, x - reach); i <= Math.min(size - 1, x + reach); i++)
            if (Math.hypot(i - x, j - y) <= wider) m[j * size + i] = 1;
      }
  } else {
    const cx = (left + right) / 2 + shift[0] * (right - left), cy = (top + bottom) / 2 + shift[1] * (bottom - top);
    const rx = (right - left) / 2 * 1.2 * grow[0] + wider, ry = (bottom - top) / 2 * 1.2 * grow[1] + wider;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) m[y * size + x] = Math.hypot((x + 0.5 - cx) / rx, (y + 0.5 - cy) / ry) <= 1 ? 1 : 0;
  }
  return blurred(blurred(m, soft, 1), soft, size);
}

function blurred(m, sigma, step) { // along rows (step 1) or columns
  const reach = Math.ceil(3 * sigma), taps = [], to = new Float32Array(m.length);
  for (let k = -reach; k <= reach; k++) taps.push(Math.exp(-k * k / (2 * sigma * sigma)));
  const sum = taps.reduce((s, v) => s + v, 0);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      let v = 0;
      for (let k = -reach; k <= reach; k++) {
        const at = step === 1 ? y * size + Math.min(size - 1, Math.max(0, x + k)) : Math.min(size - 1, Math.max(0, y + k)) * size + x;
        v += taps[k + reach] * m[at];
      }
      to[y * size + x] = v / sum;
    }
  return to;
}

// The other picture's colours in the target's light: nothing, one offset from around the mask's edge, or a membrane over the mask.
function membrane(a, b, m) {
  const n = size * size, d = new Float32Array(3 * n), inside = new Uint8Array(n);
  const mean = [0, 0, 0];
  let edge = 0;
  for (let i = 0; i < n; i++) {
    const x = i % size, y = (i - x) / size;
    inside[i] = m[i] > 0.02 ? 1 : 0;
    for (let c = 0; c < 3; c++) d[c * n + i] = inside[i] ? 0 : a[4 * i + c] - b[4 * i + c];
    if (inside[i] || m[i] > 0.02) continue;
    const by = [x > 0 && i - 1, x < size - 1 && i + 1, y > 0 && i - size, y < size - 1 && i + size];
    if (!by.some((k) => k !== false && m[k] > 0.02)) continue;
    edge++;
    for (let c = 0; c < 3; c++) mean[c] += d[c * n + i];
  }
  for (let c = 0; c < 3; c++) for (let i = 0; i < n; i++) if (inside[i]) d[c * n + i] = edge ? mean[c] / edge : 0;
  for (let turn = 0; turn < 160; turn++)
    for (let i = 0; i < n; i++) {
      if (!inside[i]) continue;
      const x = i % size, y = (i - x) / size;
      const w = x > 0 ? i - 1 : i, e = x < size - 1 ? i + 1 : i, u = y > 0 ? i - size : i, l = y < size - 1 ? i + size : i;
      for (let c = 0; c < 3; c++) {
        const o = c * n;
        d[o + i] += 1.8 * ((d[o + w] + d[o + e] + d[o + u] + d[o + l]) / 4 - d[o + i]);
      }
    }
  return { d, mean: mean.map((v) => (edge ? v / edge : 0)) };
}

function write(what, number, channels, data) {
  fs.writeFileSync(path.join(folder, what, String(number).padStart(6, '0') + '.png'), encode({ width: size, height: size, channels, depth: 8, data }));
}

const normal = (r) => Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r());
const hex = (r) => '#' + [0, 1, 2].map(() => Math.floor(r() * 256).toString(16).padStart(2, '0')).join('');

function pair(number) {
  const r = toon.random(number * 2654435761 + 777);
  for (let tries = 0; tries < 200; tries++) {
    const grounds = [0, 1].map(() => (r() < 0.15 ? hex(r) : null));
    const a = portrait(1000 + Math.floor(40000 * r()), grounds[0]), b = portrait(1000 + Math.floor(40000 * r()), grounds[1]);
    let at = r() * PARTS.reduce((s, p) => s + p[1], 0), part;
    for (const [names, often] of PARTS) if (!part && (at -= often) <= 0) part = names;
    const place = { x: 0, y: 0, scale: 1, turn: 0 };
    if (r() < 0.1) Object.assign(place, { x: 0.12 * (r() - 0.5), y: 0.08 * (r() - 0.5), scale: 0.92 + 0.18 * r() });
    const off = r() < 0.5 ? { x: 3 / 128 * normal(r), y: 3 / 128 * normal(r), scale: Math.exp(0.06 * normal(r)), turn: 3 * normal(r) } : null;
    const t = { ...a };
    for (const k of part) t[k] = b[k];
    if (part.includes('beard') && !a.beard && !b.beard && !part.includes('mouth')) continue;
    const [pa, pt, pb] = [draw(a, [place]), draw(t, [place]), draw(b, off ? [place, off] : [place])];
    const m = mask(pa, pt, r);
    if (!m) continue;
    const kind = r(), { d, mean } = membrane(pa, pb, m), n = size * size;
    const cloned = kind < 0.5 ? 0 : kind < 0.65 ? 0.5 : kind < 0.85 ? 1 : 0, matched = kind >= 0.85;
    const collage = new Uint8Array(3 * n), truth = new Uint8Array(3 * n), grey = new Uint8Array(n);
    for (let i = 0; i < n; i++) {
      grey[i] = Math.round(255 * m[i]);
      for (let c = 0; c < 3; c++) {
        truth[3 * i + c] = pt[4 * i + c];
        collage[3 * i + c] = Math.max(0, Math.min(255, Math.round(pb[4 * i + c] + (matched ? mean[c] : cloned * d[c * n + i]))));
      }
    }
    write('collage', number, 3, collage), write('mask', number, 1, grey), write('truth', number, 3, truth);
    return;
  }
}

for (const what of ['collage', 'mask', 'truth']) fs.mkdirSync(path.join(folder, what), { recursive: true });
for (let n = first; n < last; n++) {
  pair(n);
  if ((n + 1 - first) % 1000 === 0) console.log(n + 1 - first + ' of ' + (last - first));
}
