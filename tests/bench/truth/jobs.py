# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits whose true result is known: of drawn portraits (make_truth.mjs) and of photographs, where a region that was
blurred away comes back from a moved, recoloured copy of the same picture."""
import functools
import glob
import json
import os
import random

import cv2
import numpy as np

TOON_CONDITIONS = ('aligned', 'back', 'moved')  # B where A is; moved back by hand, 4 to 10 px (of 128) off; as it is
PHOTO_CONDITIONS = ('off', 'cast')              # moved, turned, scaled, other colours; other colours alone


def load(path):
    picture = cv2.imread(path)
    if picture is None:
        raise SystemExit('%s cannot be read' % path)
    return picture[..., ::-1].astype(np.float32) / 127.5 - 1


def levels(picture):
    return np.clip(np.rint((picture + 1) * 127.5), 0, 255).astype(np.uint8)


def disc(radius):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def without_holes(mask, largest):
    count, label, stats, _ = cv2.connectedComponentsWithStats((1 - mask).astype(np.uint8), connectivity=4)
    out = mask.copy()
    for i in range(1, count):
        if stats[i, cv2.CC_STAT_AREA] < largest:
            out[label == i] = 1
    return out


def around(mask):
    """A sloppy ellipse that takes in all of the mask."""
    ys, xs = np.nonzero(mask)
    x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
    k = np.quantile(np.hypot((xs + .5 - cx) / rx, (ys + .5 - cy) / ry), 0.995) * 1.05
    gy, gx = np.mgrid[:mask.shape[0], :mask.shape[1]] + 0.5
    return (np.hypot((gx - cx) / (rx * k), (gy - cy) / (ry * k)) <= 1).astype(np.uint8)


class Job:
    """One edit: target, reference and truth (size x size x 3, -1..1), the mask (0, 1), and what it is called."""

    def __init__(self, name, part, target, reference, truth, mask):
        self.name, self.part, self.size = name, part, mask.shape[0]
        self.target, self.reference, self.truth, self.mask = target, reference, truth, mask

    def ring(self, width):
        inside = cv2.distanceTransform(self.mask, cv2.DIST_L2, 5)
        outside = cv2.distanceTransform(1 - self.mask, cv2.DIST_L2, 5)
        return (np.where(self.mask > 0, inside, outside) <= width).astype(np.uint8)


def back(moved, one, size):
    """The moved picture, scaled and moved back by a person who is a few pixels off."""
    s, c = one['place']['scale'], size / 2
    row = []
    for axis in 'xy':
        e, t = one['back'][axis] * size, one['place'][axis] * size
        row.append(0.5 * s - s * (e + c) + c + t - 0.5)
    warp = np.array([[s, 0, row[0]], [0, s, row[1]]], np.float32)
    out = cv2.warpAffine(moved, warp, (size, size), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
                         borderMode=cv2.BORDER_REPLICATE)
    return levels(np.clip(out, -1, 1)).astype(np.float32) / 127.5 - 1


@functools.lru_cache(maxsize=4)
def toon_mask(folder, number, kind):
    """Where A and the truth differ, 10 px wider, at 512; `sloppy`: an ellipse around that."""
    a, t = (load('%s/512/%03d-%s.png' % (folder, number, x)) for x in 'at')
    differs = (np.abs(a - t).max(-1) * 127.5 > 4).astype(np.uint8)
    tight = without_holes(cv2.dilate(differs, disc(10)), 0.005 * 512 * 512)
    return around(tight) if kind == 'sloppy' else tight


def toon(folder, size, condition, count, kind='tight'):
    with open(os.path.join(folder, 'pairs.json')) as f:
        pairs = json.load(f)[:count]
    for one in pairs:
        n, k = one['number'], 512 // size
        mask = (toon_mask(folder, n, kind).reshape(size, k, size, k).mean((1, 3)) >= 0.5).astype(np.uint8)
        get = lambda letter: load('%s/%d/%03d-%s.png' % (folder, size, n, letter))
        reference = get('b') if condition == 'aligned' else get('m') if condition == 'moved' else back(get('m'), one, size)
        yield Job('%03d' % n, one['part'], get('a'), reference, get('t'), mask)


REGIONS = (('eyes', (64, 60), (34, 12)), ('mouth', (64, 95), (22, 12)), ('hair', (64, 26), (46, 24)),
           ('face', (64, 74), (38, 44)))  # ellipses of an aligned portrait, 128 x 128


def photo(folder, size, condition, count, kind='tight'):
    for i, path in enumerate(sorted(glob.glob(os.path.join(folder, '*')))[:count]):
        g, k = random.Random(100 + i), size / 128
        truth = load(path)
        if truth.shape[0] != size:
            raise SystemExit('%s is not %d x %d' % (path, size, size))
        part, (cx, cy), (rx, ry) = REGIONS[i % 4]
        mask = np.zeros((size, size), np.uint8)
        cv2.ellipse(mask, (int(cx * k), int(cy * k)), (int(rx * k), int(ry * k)), 0, 0, 360, 1, -1)
        gain = [np.exp(g.gauss(0, .12)) for _ in range(3)]
        offset = [g.gauss(0, .12) for _ in range(3)]
        towards, far = g.uniform(0, 2 * np.pi), g.uniform(4, 10) * k
        warp = cv2.getRotationMatrix2D((cx * k, cy * k), g.uniform(-8, 8), np.exp(g.uniform(-.12, .12)))
        warp[:, 2] += [far * np.cos(towards), far * np.sin(towards)]
        reference = np.clip(truth * gain + offset, -1, 1).astype(np.float32)
        if condition == 'off':
            reference = cv2.warpAffine(reference, warp, (size, size), flags=cv2.INTER_CUBIC,
                                       borderMode=cv2.BORDER_REFLECT_101).clip(-1, 1)
        target = np.where(mask[..., None] > 0, cv2.GaussianBlur(truth, (0, 0), 9 * k), truth).astype(np.float32)
        yield Job('%03d' % i, part, target, reference, truth, around(mask) if kind == 'sloppy' else mask)
