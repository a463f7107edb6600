// SPDX-License-Identifier: GPL-3.0-or-later
// What @vladmandic/face-api itself makes of three pictures: golden.safetensors of this folder. In a folder where
// `npm install @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0` was run:
//   node golden.mjs FACES.safetensors PICTURE.rgb PICTURE.rgb PICTURE.rgb OUT.safetensors
// The pictures are 128 x 128 pixels of three bytes. The package gets our file's weights, so that both compute the same.
import fs from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.cwd() + '/');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
const tf = require('@tensorflow/tfjs');
const [weights, ...files] = process.argv.slice(2), out = files.pop();
const SIDE = 128, POINTS = 112;

function half(n) {
  const e = (n >> 10) & 31, f = n & 1023, v = e ? (1 + f / 1024) * 2 ** (e - 15) : f * 2 ** -24;
  return n & 0x8000 ? -v : v;
}

// Our tensors under the package's names and in its shapes.
function tensors(net) {
  const bytes = fs.readFileSync(weights), length = Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...header } = JSON.parse(bytes.subarray(8, 8 + length)), map = {};
  for (const [name, { shape, data_offsets: [from, to] }] of Object.entries(header)) {
    const [own, ...rest] = name.split('.');
    if (own !== net) continue;
    const values = Float32Array.from({ length: (to - from) / 2 }, (_, i) => half(bytes.readUInt16LE(8 + length + from + 2 * i)));
    const part = rest.pop(), layer = rest.map((w, i) => (w === 'coordinates' ? 'fc' : w === 'boxes' ? 'conv8' : (net === 'points' && i === 0 ? 'dense' : 'conv') + w)).join('/');
    const first = layer === 'conv0' || layer === 'dense0/conv0' || layer === 'conv8';
    const called = part === 'bias' ? 'bias' : part === 'depthwise' ? 'depthwise_filter' : layer === 'fc' ? 'weights' : first ? 'filters' : 'pointwise_filter';
    const full = part === 'depthwise' ? [...shape, 1] : part === 'filters' && shape.length === 2 && layer !== 'fc' ? [1, 1, ...shape] : shape;
    map[`${layer}/${called}`] = tf.tensor(values, full);
  }
  return map;
}

const saved = [];
function keep(name, dtype, shape, values) {
  const data = Buffer.alloc(values.length * (dtype === 'F16' ? 2 : 4));
  values.forEach((v, i) => {
    if (dtype === 'F32') return data.writeFloatLE(v, 4 * i);
    const e = v ? Math.floor(Math.log2(v)) : 0; // whole numbers to 255
    return data.writeUInt16LE(v ? ((e + 15) << 10) + (v / 2 ** e - 1) * 1024 : 0, 2 * i);
  });
  saved.push({ name, dtype, shape, data });
}

await tf.setBackend('cpu');
const { tinyFaceDetector: detector, faceLandmark68Net: landmarks } = faceapi.nets;
detector.loadFromWeightMap(tensors('detect'));
landmarks.loadFromWeightMap(tensors('points'));
for (const [n, file] of files.entries()) {
  const bytes = fs.readFileSync(file), picture = tf.tensor3d(Float32Array.from(bytes), [SIDE, SIDE, 3]);
  const crop = picture.slice([8, 8, 0], [POINTS, POINTS, 3]);
  keep(`picture.${n}`, 'F16', [SIDE, SIDE, 3], [...bytes]);
  keep(`cells.${n}`, 'F32', [4, 4, 25], await (await detector.forward(picture, SIDE)).data());
  keep(`points.${n}`, 'F32', [136], await (await landmarks.forward(crop)).data());
  const found = await detector.locateFaces(picture, { inputSize: SIDE, scoreThreshold: 0.05 });
  const boxes = found.map(({ score, relativeBox: b }) => [b.x + b.width / 2, b.y + b.height / 2, b.width, b.height, score]);
  keep(`boxes.${n}`, 'F32', [boxes.length, 5], boxes.flat());
}
const header = {};
let at = 0;
saved.sort((a, b) => (a.dtype < b.dtype ? 1 : a.dtype > b.dtype ? -1 : 0)); // the wider numbers first
for (const { name, dtype, shape, data } of saved) header[name] = { dtype, shape, data_offsets: [at, at += data.length] };
let text = JSON.stringify(header);
text += ' '.repeat((8 - (text.length % 8)) % 8);
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(text.length));
fs.writeFileSync(out, Buffer.concat([length, Buffer.from(text), ...saved.map((s) => s.data)]));
