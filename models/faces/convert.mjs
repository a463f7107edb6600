// SPDX-License-Identifier: GPL-3.0-or-later
// The weights of @vladmandic/face-api -> faces.safetensors, fp16. usage: node convert.mjs [OUT.safetensors]
import fs from 'node:fs';
import path from 'node:path';

const folder = 'node_modules/@vladmandic/face-api';
const version = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'))).version;

// A file of weights as tfjs stores it: bytes that stand for scale * byte + min.
function* weights(name) {
  for (const group of JSON.parse(fs.readFileSync(path.join(folder, 'model', `${name}-weights_manifest.json`)))) {
    const bytes = Buffer.concat(group.paths.map((p) => fs.readFileSync(path.join(folder, 'model', p))));
    let at = 0;
    for (const { name, shape, quantization: q } of group.weights) {
      if (q.dtype !== 'uint8') throw new Error(`${name}: ${q.dtype}`);
      const count = shape.reduce((a, b) => a * b, 1);
      yield { name, shape, values: Float32Array.from(bytes.subarray(at, at + count), (v) => v * q.scale + q.min) };
      at += count;
    }
    if (at !== bytes.length) throw new Error(`${name}: ${bytes.length - at} bytes too many`);
  }
}

// Rounded to nearest, ties to even.
function half(value) {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0, v = Math.abs(value);
  if (!(v < 65504)) throw new Error(`${value} is no fp16`);
  const e = Math.max(Math.floor(Math.log2(v || 1e-9)), -14), step = 2 ** (e - 10);
  const n = v / step, low = Math.floor(n), up = n - low > 0.5 || (n - low === 0.5 && low % 2 === 1) ? 1 : 0;
  return sign | (((e + 14) << 10) + low + up);
}

// Our names: detect.0 .. 5, detect.boxes; points.BLOCK.CONV, points.coordinates.
const parts = { filters: 'filters', weights: 'filters', pointwise_filter: 'filters', depthwise_filter: 'depthwise', bias: 'bias' };
function renamed(net, name) {
  const words = name.split('/'), part = parts[words.pop()];
  const layer = words.map((w) => (w === 'fc' ? 'coordinates' : w === 'conv8' ? 'boxes' : w.replace(/\D+/, ''))).join('.');
  return `${net}.${layer}.${part}`;
}

const tensors = [];
for (const [net, file] of [['detect', 'tiny_face_detector_model'], ['points', 'face_landmark_68_model']])
  for (const { name, shape, values } of weights(file))
    tensors.push({ name: renamed(net, name), values, // 1 x 1 x in x out -> in x out; 3 x 3 x c x 1 -> 3 x 3 x c
                   shape: shape.length === 4 && shape[0] === 1 ? shape.slice(2) : name.endsWith('depthwise_filter') ? shape.slice(0, 3) : shape });

const header = { __metadata__: { source: `@vladmandic/face-api ${version} (npm), tiny_face_detector and face_landmark_68`,
                                 licence: 'MIT', attribution: 'Copyright (c) Vladimir Mandic; face-api.js, Copyright (c) 2018 Vincent Mühler' } };
let at = 0;
for (const t of tensors) {
  header[t.name] = { dtype: 'F16', shape: t.shape, data_offsets: [at, at += 2 * t.values.length] };
}
let text = Buffer.from(JSON.stringify(header));
text = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(text.length));
const data = Buffer.alloc(at);
let to = 0;
for (const t of tensors) for (const v of t.values) to = data.writeUInt16LE(half(v), to);
fs.writeFileSync(process.argv[2] ?? 'faces.safetensors', Buffer.concat([length, text, data]));
