// SPDX-License-Identifier: GPL-3.0-or-later
// Alternating runs of ONNX Runtime and of bench-network, in one process each, on the same weights.
//   node compare.mjs BUILD MODEL.safetensors FOLDER RUNS THREADS [TASK ...]
// Prints medians and ratios. The peer's tasks are made of its two networks; a transplant is two encodes and one pass,
// without the style resizer of the second picture and the blend, which is to the peer's advantage.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { readSafetensors, writeSafetensors } from './onnx.mjs';

const [build, model, folder, runText, threadText, ...only] = process.argv.slice(2);
const stylemap = `${build}/plug-in/cli/stylemap`, bench = `${build}/tests/bench/bench-network`;
const runs = +runText, threads = +threadText;
const ort = createRequire(`${folder}/`)('onnxruntime-node');

const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential',
  graphOptimizationLevel: 'all', executionProviders: ['cpu'] };
const sessions = {
  encoder: await ort.InferenceSession.create(`${folder}/encoder.onnx`, options),
  generator: await ort.InferenceSession.create(`${folder}/generator.onnx`, options),
};
const run = async (name, input, data, shape) => {
  const out = await sessions[name].run({ [input]: new ort.Tensor('float32', data, shape) });
  return Object.values(out)[0].data;
};

const { metadata } = readSafetensors(model, () => false);
const size = +metadata.size, side = +metadata.latent_spatial_size, dim = +metadata.latent_channel_size;
const imageShape = [1, 3, size, size], styleShape = [1, dim, side, side];

// The same picture through both.
const image = new Float32Array(3 * size * size);
for (let c = 0; c < 3; c++)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      image[(c * size + y) * size + x] =
        0.8 * Math.sin((x * (c + 1) + y * (3 - c)) * 12 / size) * Math.cos(y * x * 20 / size / size);
writeSafetensors(`${folder}/x.safetensors`, 'image', imageShape, image);
const w = await run('encoder', 'image', image, imageShape);
const peer = await run('generator', 'w', w, styleShape);
writeSafetensors(`${folder}/w.safetensors`, 'w', styleShape, w);
function ours(...args) {
  const done = spawnSync(stylemap, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) throw new Error(`stylemap ${args.join(' ')} failed`);
}
ours('encode', model, `${folder}/x.safetensors`, '-o', `${folder}/w-ours.safetensors`, '--quiet');
ours('synth', model, `${folder}/w.safetensors`, '-o', `${folder}/image-ours.safetensors`, '--quiet');
function difference(a, b) {
  let most = 0, large = 1;
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i] - b[i]));
    large = Math.max(large, Math.abs(b[i]));
  }
  return most / large;
}
const first = (path) => Object.values(readSafetensors(path).tensors)[0].data;
const apart = [difference(first(`${folder}/w-ours.safetensors`), w),
  difference(first(`${folder}/image-ours.safetensors`), peer)];
console.log(`same weights, same picture: style maps differ by ${apart[0].toExponential(1)}, ` +
  `images by ${apart[1].toExponential(1)} of their range`);
if (!(apart[0] <= 1e-3 && apart[1] <= 5e-3)) throw new Error('the two networks are not the same');

const seconds = async (f) => {
  const from = process.hrtime.bigint();
  await f();
  return Number(process.hrtime.bigint() - from) * 1e-9;
};
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const peerEncode = () => run('encoder', 'image', image, imageShape);
const peerSynth = () => run('generator', 'w', w, styleShape);
const peerTasks = {
  encode: peerEncode,
  synth: peerSynth,
  transplant: async () => { await peerEncode(); await peerEncode(); await peerSynth(); },
  'frames=8': async () => { await peerEncode(); await peerEncode(); for (let i = 0; i < 8; i++) await peerSynth(); },
  remask: peerSynth,
  second: peerSynth,
};

for (const task of only.length ? only : Object.keys(peerTasks)) {
  const extra = (process.env.BENCH_OPTIONS ?? '').split(' ').filter(Boolean);
  const child = spawn(bench, [model, '--task', task, '--threads', `${threads}`, '--runs', `${runs}`,
    '--step', ...extra], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const a = [], b = [], rest = () => new Promise((go) => setTimeout(go, 100));
  await peerTasks[task]();
  for (let i = 0; i < runs; i++) {
    child.stdin.write('\n');
    const line = await lines.next();
    if (line.done) throw new Error(`bench-network ended in ${task}`);
    a.push(+line.value);
    await rest(); // threads of neither spin while the other runs
    b.push(await seconds(peerTasks[task]));
    await rest();
  }
  child.stdin.end();
  const [x, y] = [median(a), median(b)];
  const least = `least ${Math.min(...a).toFixed(3)}, ${Math.min(...b).toFixed(3)}`;
  console.log(`${task.padEnd(12)} stylemap ${x.toFixed(3)} s  ONNX Runtime ${y.toFixed(3)} s  ` +
    `${(y / x).toFixed(2)} x   (${least})`);
}
console.log(`peak memory of the peer: ${(process.resourceUsage().maxRSS / 1e6).toFixed(2)} GB`);
