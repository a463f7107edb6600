// SPDX-License-Identifier: GPL-3.0-or-later
// What the scripts share that draw toon portraits: which ones there are, and of what parts. It needs no packages: each script
// has its own, and hands over the style's components. Style "Toon Head" by Johan Melin, CC BY 4.0, through DiceBear.

// mulberry32: numbers of 0..1 that depend on the seed's lowest 32 bits alone
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const palette = ['b6e3f4', 'c0aede', 'd1d4f9', 'ffd5dc', 'ffdfbf', 'a8d8b9', 'f4e285', '8fb8de', 'e8e8e8', 'f2b5a7'];

// DiceBear's options of portrait N where it is neither moved nor on another ground: those of the held-out tiles
export const plain = (n) => ({ seed: 'toon' + n, backgroundColor: palette, beardProbability: 25, rearHairProbability: 50 });

// the order in which the style draws, and which colour a component uses
export const ORDER = ['rearHair', 'body', 'head', 'clothes', 'mouth', 'beard', 'eyes', 'eyebrows', 'hair'];
export const COLOUR = { rearHair: 'hair', body: 'skin', head: 'skin', clothes: 'clothes', beard: 'hair', eyebrows: 'hair', hair: 'hair' };

// a portrait { background, rearHair: { name, colour }, ... }, null where it has no such part, of `toJson().extra`
export function parts(extra) {
  const colours = { skin: extra.skinColor, hair: extra.hairColor, clothes: extra.clothesColor };
  const p = { background: extra.primaryBackgroundColor };
  for (const k of ORDER) p[k] = extra[k] ? { name: extra[k], colour: colours[COLOUR[k]] ?? null } : null;
  return p;
}

// the SVG of a portrait's parts, 768 x 768, without the background
export function body(components, p) {
  let svg = '';
  for (const k of ORDER) {
    if (!p[k]) continue;
    const drawn = components[k][p[k].name]({}, { skin: p[k].colour, hair: p[k].colour, clothes: p[k].colour });
    svg += k === 'rearHair' ? `<g transform="translate(0 10)">${drawn}</g>` : drawn;
  }
  return svg;
}
