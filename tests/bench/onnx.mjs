// SPDX-License-Identifier: GPL-3.0-or-later
// A model file (safetensors, fp32) -> the same network as ONNX: encoder.onnx (image -> w) and generator.onnx
// (w -> image). Written plainly, one node for one operation of the paper's figures, as an exporter would.
//   node onnx.mjs MODEL.safetensors FOLDER
import { openSync, readSync, writeFileSync, closeSync } from 'node:fs';

export function readSafetensors(path, only = () => true) {
  const file = openSync(path, 'r');
  const head = Buffer.alloc(8);
  readSync(file, head, 0, 8, 0);
  const size = Number(head.readBigUInt64LE());
  const text = Buffer.alloc(size);
  readSync(file, text, 0, size, 8);
  const index = JSON.parse(text.toString());
  const tensors = {};
  for (const [name, t] of Object.entries(index)) {
    if (name === '__metadata__' || t.dtype !== 'F32' || !only(name)) continue;
    const bytes = Buffer.alloc(t.data_offsets[1] - t.data_offsets[0]);
    readSync(file, bytes, 0, bytes.length, 8 + size + t.data_offsets[0]);
    tensors[name] = { shape: t.shape, data: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4) };
  }
  closeSync(file);
  return { metadata: index.__metadata__, tensors };
}

export function writeSafetensors(path, name, shape, data) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const head = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape, data_offsets: [0, bytes.length] } }));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(head.length));
  writeFileSync(path, Buffer.concat([size, head, bytes]));
}

// Protocol buffers: fields of type varint, bytes and float.
function varint(v) {
  const out = [];
  let n = BigInt.asUintN(64, BigInt(v));
  do {
    out.push(Number(n & 127n) | (n > 127n ? 128 : 0));
    n >>= 7n;
  } while (n);
  return Buffer.from(out);
}
const number = (field, v) => Buffer.concat([varint(field << 3), varint(v)]);
const bytes = (field, v) => Buffer.concat([varint((field << 3) | 2), varint(v.length), v]);
const string = (field, v) => bytes(field, Buffer.from(v));
function float(field, v) {
  const b = Buffer.alloc(4);
  b.writeFloatLE(v);
  return Buffer.concat([varint((field << 3) | 5), b]);
}

function attribute(name, v) {
  if (Array.isArray(v)) return Buffer.concat([string(1, name), ...v.map((i) => number(8, i)), number(20, 7)]);
  if (Number.isInteger(v)) return Buffer.concat([string(1, name), number(3, v), number(20, 2)]);
  return Buffer.concat([string(1, name), float(2, v.value), number(20, 1)]);
}
const real = (value) => ({ value });

class Graph {
  nodes = [];
  tensors = [];
  count = 0;

  op(type, inputs, attributes = {}) {
    const out = `v${this.count++}`;
    this.nodes.push(Buffer.concat([...inputs.map((i) => string(1, i)), string(2, out), string(3, out), string(4, type),
      ...Object.entries(attributes).map(([k, v]) => bytes(5, attribute(k, v)))]));
    return out;
  }

  constant(shape, data, type = 1) {
    const name = `c${this.count++}`;
    this.tensors.push(Buffer.concat([...shape.map((d) => number(1, d)), number(2, type), string(8, name),
      bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength))]));
    return name;
  }

  scalar(v) { return this.constant([], new Float32Array([v])); }

  static value(name, shape) {
    const dims = Buffer.concat(shape.map((d) => bytes(1, number(1, d))));
    return Buffer.concat([string(1, name), bytes(2, bytes(1, Buffer.concat([number(1, 1), bytes(2, dims)])))]);
  }

  write(path, input, shape, output, outputShape) {
    const graph = Buffer.concat([...this.nodes.map((n) => bytes(1, n)), string(2, 'stylemap'),
      ...this.tensors.map((t) => bytes(5, t)), bytes(11, Graph.value(input, shape)),
      bytes(12, Graph.value(output, outputShape))]);
    const operators = Buffer.concat([string(1, ''), number(2, 13)]);
    writeFileSync(path, Buffer.concat([number(1, 8), bytes(7, graph), bytes(8, operators)]));
  }
}

// The layers. A weight is scaled once, here, as an exporter's constant folding does.
class Network extends Graph {
  constructor(tensors, state) {
    super();
    this.all = tensors;
    this.state = state;
  }

  get(name) { return this.all[`${this.state}.${name}`]; }

  weight(name, gain = 1, swap = false) {
    const t = this.get(name);
    const shape = t.shape.slice(-4);
    const [cout, cin, k] = shape;
    const scale = gain / Math.sqrt(cin * k * k);
    const data = new Float32Array(t.data.length);
    const taps = k * k;
    for (let o = 0; o < cout; o++)
      for (let c = 0; c < cin; c++)
        for (let q = 0; q < taps; q++)
          data[((swap ? c * cout + o : o * cin + c)) * taps + q] = t.data[(o * cin + c) * taps + q] * scale;
    return this.constant(swap ? [cin, cout, k, k] : shape, data);
  }

  vector(name, gain = 1) {
    const t = this.get(name);
    return this.constant([t.data.length], t.data.map((v) => v * gain));
  }

  channels(name) { return this.get(name).shape.slice(-4)[0]; }

  conv(x, weight, bias, k, gain = 1) {
    const p = k >> 1;
    const inputs = [x, this.weight(weight, gain)];
    if (bias) inputs.push(this.vector(bias, gain));
    return this.op('Conv', inputs, { kernel_shape: [k, k], pads: [p, p, p, p] });
  }

  lrelu(x) { return this.op('LeakyRelu', [x], { alpha: real(0.2) }); }

  addBias(x, bias) {
    const t = this.get(bias);
    return this.op('Add', [x, this.constant([1, t.data.length, 1, 1], t.data.map((v) => v * Math.SQRT2))]);
  }

  blur(x, kernel, channels, before, after) {
    const t = this.get(kernel);
    const data = new Float32Array(channels * 16);
    for (let c = 0; c < channels; c++) data.set(t.data, c * 16);
    return this.op('Conv', [x, this.constant([channels, 1, 4, 4], data)],
      { kernel_shape: [4, 4], group: channels, pads: [before, before, after, after] });
  }

  plain(x, name, k) { return this.lrelu(this.conv(x, `${name}.0.weight`, `${name}.1.bias`, k, Math.SQRT2)); }

  up(x, weight, kernel, k, gain) {
    const cout = this.channels(weight);
    const weights = this.weight(weight, gain, true);
    const wide = this.op('ConvTranspose', [x, weights], { kernel_shape: [k, k], strides: [2, 2] });
    return k === 3 ? this.blur(wide, kernel, cout, 1, 1) : this.blur(wide, kernel, cout, 2, 2);
  }

  down(x, weight, bias, kernel, k, gain) {
    const cin = this.get(weight).shape[1];
    const soft = this.blur(x, kernel, cin, k === 3 ? 2 : 1, k === 3 ? 2 : 1);
    const inputs = [soft, this.weight(weight, gain)];
    if (bias) inputs.push(this.vector(bias, gain));
    return this.op('Conv', inputs, { kernel_shape: [k, k], strides: [2, 2] });
  }

  layerNorm(x) {
    const axes = { axes: [1, 2, 3], keepdims: 1 };
    const centred = this.op('Sub', [x, this.op('ReduceMean', [x], axes)]);
    const variance = this.op('ReduceMean', [this.op('Mul', [centred, centred])], axes);
    return this.op('Div', [centred, this.op('Sqrt', [this.op('Add', [variance, this.scalar(1e-5)])])]);
  }

  modulated(x, style, name) {
    const gamma = this.conv(style, `${name}.conv.gamma.weight`, `${name}.conv.gamma.bias`, 3);
    const beta = this.conv(style, `${name}.conv.beta.weight`, `${name}.conv.beta.bias`, 3);
    return this.op('Add', [this.op('Mul', [this.layerNorm(x), gamma]), beta]);
  }
}

function encoder(model, path) {
  const { size, latent_spatial_size: side, latent_channel_size: dim } = model.metadata;
  const n = new Network(model.tensors, 'e_ema');
  let x = n.plain('image', 'from_rgb', 1);
  for (let i = 0, r = +size; r > +side; i++, r /= 2) {
    const at = `convs.${i}`;
    let y = n.plain(x, `${at}.conv1`, 3);
    y = n.lrelu(n.down(y, `${at}.conv2.1.weight`, `${at}.conv2.2.bias`, `${at}.conv2.0.kernel`, 3, Math.SQRT2));
    const skip = n.down(x, `${at}.skip.1.weight`, null, `${at}.skip.0.kernel`, 1, 1);
    x = n.op('Mul', [n.op('Add', [y, skip]), n.scalar(Math.SQRT1_2)]);
  }
  n.write(path, 'image', [1, 3, +size, +size], n.plain(x, 'final_conv', 3), [1, +dim, +side, +side]);
}

function generator(model, path) {
  const { size, latent_spatial_size: side, latent_channel_size: dim, normalize_mode: norm } = model.metadata;
  if (norm !== 'LayerNorm') throw new Error('only LayerNorm models are compared');
  const n = new Network(model.tensors, 'g_ema');
  const blocks = Math.log2(size / side);
  const styles = [];
  for (let j = 0, w = 'w'; j < 2 + 2 * blocks; j++) {
    const at = `decoder.convs_latent.${j}`;
    if (j >= 2 && j % 2 === 0)
      w = n.lrelu(n.addBias(n.up(w, `${at}.0.weight`, `${at}.1.kernel`, 3, Math.SQRT2), `${at}.2.bias`));
    else w = n.plain(w, at, 3);
    styles.push(w);
  }
  const input = n.get('decoder.input.input');
  let x = n.constant(input.shape, input.data);
  x = n.lrelu(n.addBias(n.conv(n.modulated(x, styles[0], 'decoder.conv1'), 'decoder.conv1.conv.weight', null, 3,
    Math.SQRT2), 'decoder.conv1.activate.bias'));
  for (let i = 0; i < blocks; i++) {
    const at = `decoder.convs.${i}`;
    let y = n.modulated(x, styles[2 * i + 1], `${at}.conv1`);
    y = n.up(y, `${at}.conv1.conv.weight`, `${at}.conv1.conv.blur.kernel`, 3, Math.SQRT2);
    y = n.lrelu(n.addBias(y, `${at}.conv1.activate.bias`));
    y = n.conv(n.modulated(y, styles[2 * i + 2], `${at}.conv2`), `${at}.conv2.conv.weight`, null, 3, Math.SQRT2);
    y = n.lrelu(n.addBias(y, `${at}.conv2.activate.bias`));
    const skip = n.up(x, `${at}.skip.0.weight`, `${at}.skip.1.kernel`, 1, 1);
    x = n.op('Mul', [n.op('Add', [y, skip]), n.scalar(Math.SQRT1_2)]);
  }
  x = n.modulated(x, styles[styles.length - 1], 'decoder.to_rgb');
  x = n.conv(x, 'decoder.to_rgb.conv.weight', null, 1, Math.SQRT2);
  x = n.lrelu(n.addBias(x, 'decoder.to_rgb.activate.bias'));
  n.write(path, 'w', [1, +dim, +side, +side], x, [1, 3, +size, +size]);
}

if (process.argv[1].endsWith('onnx.mjs')) {
  const [file, folder] = process.argv.slice(2);
  const model = readSafetensors(file);
  encoder(model, `${folder}/encoder.onnx`);
  generator(model, `${folder}/generator.onnx`);
}
