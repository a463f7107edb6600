# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a model's directions do what they are called, on pictures that they were not learnt from.
usage: directions.py MODEL PICTURES[:EDITED] LABELS.csv SHEET.png NAME:COLUMN[=VALUE[/AGAINST]][@REGION[*AMOUNT]]... (as `stylemap direction
learn --label` has them; of a column of numbers the upper third stands against the lower)

Of the pictures a half teaches judges, ridge regressions on the stylemap, and the other is edited (or those of the folder EDITED
are, and all others teach), all over or in REGION, one of the model's own: those without the thing by AMOUNT (1), those with it by
-AMOUNT. The edited picture is encoded again and judged.
  judge    right on the pictures that did not teach it, %
  hit      edits after which the judge says the other thing, %, of those where it was right before; on: by AMOUNT, off: back; the mean
  others   verdicts of the other judges that an edit changes, % (those of the same column left out)
  outside  root of the mean square of what the drawing changes outside the region, in 8-bit steps; an edit pastes none of it; nan: all over
  inside   the same in it
The sheet has a direction a row: three pictures without it and edited, three with it and edited."""
import ctypes as c
import csv
import json
import os
import struct
import sys

import cv2
import numpy as np

lib = c.CDLL('libstylemap.so.1')
EDITS = 60 # of either class


class Model:
    """As much of libstylemap as is needed."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
            data = file.read()
        self.tensors = {name: np.frombuffer(data[slice(*t['data_offsets'])], {'F32': '<f4', 'F16': '<f2'}[t['dtype']])
                        .reshape(t['shape']).astype(np.float32)
                        for name, t in header.items() if name.split('.')[0] in ('directions', 'regions', 'w_mean')}
        self.model, self.session, self.pyramid = c.c_void_p(), c.c_void_p(), c.c_void_p()
        self.call('stylemap_open', path.encode(), c.c_uint64(0), None, None, c.byref(self.model))
        self.call('stylemap_session_new', self.model, 1, None, None, c.byref(self.session))
        self.call('stylemap_pyramid_new', self.model, c.byref(self.pyramid))
        self.shape = self.tensors['w_mean'].shape[-3:]
        self.cells = self.shape[-1]

    def call(self, name, *arguments):
        if getattr(lib, name)(*arguments, None):
            sys.exit(name + ' failed')

    @staticmethod
    def of(array):
        return array.ctypes.data_as(c.POINTER(c.c_float))

    def encode(self, image):
        w = np.empty(self.shape, np.float32)
        self.call('stylemap_encode', self.session, self.of(image), self.of(w))
        return w

    def draw(self, w, like):
        image = np.empty_like(like)
        w = np.ascontiguousarray(w, np.float32)
        self.call('stylemap_resize', self.session, self.of(w), self.pyramid)
        self.call('stylemap_synth', self.session, self.pyramid, self.of(image))
        return np.ascontiguousarray(np.clip(image, -1, 1))


def classes_of(labels, spec):
    """1, 0, or -1 (neither) of each, as `stylemap direction learn` has them."""
    column, _, values = spec.partition('=')
    texts = [row[column] for row in labels]
    if values:
        value, _, against = values.partition('/')
        return np.array([1 if t == value else 0 if t and (not against or t == against) else -1 for t in texts])
    numbers = np.array([float(t) if t else np.nan for t in texts])
    known = np.sort(numbers[~np.isnan(numbers)])
    low, high = known[len(known) // 3], known[-1 - len(known) // 3]
    if set(known) <= {-1.0, 0.0, 1.0}:
        low, high = 0, 1
    return np.where(numbers >= high, 1, np.where(numbers <= low, 0, -1))


def judge(maps, classes):
    """A plane (weights, offset), weights kept as small as five folds want them; by the dual, for there are few pictures."""
    x, mean = maps[classes >= 0], maps[classes >= 0].mean(0)
    x, y = x - mean, 2.0 * classes[classes >= 0] - 1
    share = np.where(y > 0, 0.5 / (y > 0).sum(), 0.5 / (y < 0).sum()) * len(y)  # either class counts the same
    kernel = x @ x.T
    values, vectors = np.linalg.eigh(kernel)
    best = None
    for k in 10.0 ** np.arange(-4, 1):
        keep = k * values[-1]
        wrong = 0
        for fold in range(5):
            out = np.arange(len(y)) % 5 == fold
            a = np.linalg.solve(kernel[~out][:, ~out] + keep * np.diag(1 / share[~out]), y[~out])
            wrong += (share[out] * (kernel[out][:, ~out] @ a * y[out] <= 0)).sum()
        if best is None or wrong < best[0]:
            best = wrong, keep
    a = np.linalg.solve(kernel + best[1] * np.diag(1 / share), y)
    w = x.T @ a
    return w, -mean @ w


def main():
    path, folders, table, sheet = sys.argv[1:5]
    folders = folders.split(':')
    specs = []
    for text in sys.argv[5:]:
        rest, _, place = text.partition('@')
        region, _, amount = place.partition('*')
        name, _, spec = rest.partition(':')
        specs.append((name, spec, region if region != 'all' else '', float(amount or 1)))
    model = Model(path)
    with open(table) as file:
        labels = [row for row in csv.DictReader(file) if any(os.path.exists(os.path.join(folder, row['name'])) for folder in folders)]
    paths = [next(p for p in (os.path.join(folder, row['name']) for folder in folders) if os.path.exists(p)) for row in labels]
    images = [np.ascontiguousarray(cv2.imread(path)[..., ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1,
                                   np.float32) for path in paths]
    maps = np.array([model.encode(image) for image in images])
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    teach = np.arange(len(maps)) % 2 == 0 if len(folders) == 1 else np.array([p.startswith(folders[0] + os.sep) for p in paths])
    classes = [classes_of(labels, spec) for _, spec, _, _ in specs]
    judges = [judge(flat[teach], of[teach]) for of in classes]
    verdicts = np.array([flat @ w + b > 0 for w, b in judges])
    rows = []
    print('%-18s %6s %6s %6s %6s %6s %8s %8s  (%d pictures, %d edited of each at most)' %
          ('', 'judge', 'hit', 'on', 'off', 'others', 'outside', 'inside', len(maps), EDITS))
    for n, (name, spec, region, amount) in enumerate(specs):
        of, verdict = classes[n], verdicts[n]
        right = [100 * (verdict[~teach & (of == k)] == k).mean() for k in (0, 1)]
        direction = model.tensors['directions.' + name].reshape(model.shape)
        mask = np.clip(2 * model.tensors['regions.' + region] - 0.5, 0, 1) if region else np.ones((64, 64), np.float32) # as --mask-region
        cell = cv2.resize(mask, (model.cells,) * 2, interpolation=cv2.INTER_AREA)
        inside = cv2.resize(mask, images[0].shape[1:], interpolation=cv2.INTER_LINEAR) > 0
        hits, changed, out, within, tiles = ([], []), [], [], [], []
        for k in (0, 1):
            for i in np.flatnonzero(~teach & (of == k) & (verdict == k))[:EDITS]:
                before = model.draw(maps[i], images[i])
                after = model.draw(maps[i] + amount * cell * direction * (1 - 2 * k), images[i])
                again = model.encode(after).ravel().astype(np.float64)
                now = np.array([again @ w + b > 0 for w, b in judges])
                hits[k].append(now[n] != k)
                other = [m for m in range(len(specs)) if specs[m][1].split('=')[0] != spec.split('=')[0]]
                changed.append((now[other] != verdicts[other, i]).mean() if other else 0)
                difference = (127.5 * (after - before)) ** 2
                out.append(difference[:, ~inside].mean() if (~inside).any() else np.nan)
                within.append(difference[:, inside].mean())
                if len(tiles) < 6 * (k + 1):
                    tiles += [images[i], after]
        on, off = (100 * np.mean(side) for side in hits)
        print('%-18s %6.1f %6.1f %6.1f %6.1f %6.1f %8.2f %8.2f' % (name, sum(right) / 2, (on + off) / 2, on, off, 100 * np.mean(changed),
                                                                 np.mean(out) ** .5, np.mean(within) ** .5), flush=True)
        tiles += [np.ones_like(images[0])] * (12 - len(tiles))
        rows.append(np.concatenate(tiles, 2))
    picture = np.concatenate(rows, 1).transpose(1, 2, 0)[..., ::-1]
    cv2.imwrite(sheet, np.rint((picture + 1) * 127.5).astype(np.uint8))


if __name__ == '__main__':
    main()
