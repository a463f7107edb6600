# SPDX-License-Identifier: GPL-3.0-or-later
"""Where does `stylemap place` find a portrait that was moved, scaled and turned? How far the corners of the square are off,
in pixels of 128. README.md beside it says how."""
import argparse
import concurrent.futures
import glob
import json
import math
import os
import random
import resource
import subprocess
import tempfile

import cv2
import numpy as np

cv2.setNumThreads(1)


def corners(x, y, side, degrees):
    c, s = (side / 2 * f(math.radians(degrees)) for f in (math.cos, math.sin))
    return np.array([[x + u * c - v * s, y + u * s + v * c] for u in (-1, 1) for v in (-1, 1)])


def scene(picture, seed, o):
    """The picture on a canvas, its edge going on, and where its square lies there: x, y, side, degrees."""
    g = random.Random(seed)
    size = picture.shape[0]
    canvas = round(size * o.canvas)
    scale, angle = math.exp(g.uniform(-1, 1) * math.log(o.scale)), g.uniform(-o.turn, o.turn)
    x, y = (canvas * (0.5 + g.uniform(-o.move, o.move)) for _ in 'xy')
    warp = cv2.getRotationMatrix2D((size / 2 - 0.5, size / 2 - 0.5), -angle, scale)
    warp[:, 2] += (x - size / 2, y - size / 2)
    shown = cv2.warpAffine(picture, warp, (canvas, canvas), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
                           borderMode=cv2.BORDER_REPLICATE)
    return shown, (x, y, scale * size, angle)


def look(number, path, o):
    """How far the square is off, and whether the command is sure of it."""
    picture = cv2.imread(path)
    if picture is None or picture.shape[0] != picture.shape[1]:
        raise SystemExit('%s is no square picture' % path)
    shown, truth = scene(picture, number, o)
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, 'scene.png')
        cv2.imwrite(name, shown)
        command = [o.command, 'place', '-q', '--threads', '1', o.model, name, '--json'] + (['--by', o.by] if o.by else [])
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return None
    found = json.loads(done.stdout)
    off = corners(*(found[k] for k in ('x', 'y', 'side', 'angle'))) - corners(*truth)
    return np.hypot(*off.T).mean() / truth[2] * 128, found['sure']


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('folder', help='square pictures that show the subject as the model knows it')
    p.add_argument('--pattern', default='*', help="of their names (make_truth.mjs's portraits: ???-b.png)")
    p.add_argument('--model', default='portraits-128')
    p.add_argument('--by', help='faces, model (default: as the command chooses)')
    p.add_argument('--count', type=int, default=100)
    p.add_argument('--canvas', type=float, default=2, help='its side, of the picture\'s')
    p.add_argument('--move', type=float, default=0.125, help='at most, of the canvas\' side')
    p.add_argument('--scale', type=float, default=1.35, help='at most, and its inverse at least')
    p.add_argument('--turn', type=float, default=30, help='degrees at most')
    p.add_argument('--command', default='stylemap')
    p.add_argument('--jobs', type=int, default=2)
    o = p.parse_args()
    paths = sorted(glob.glob(os.path.join(o.folder, o.pattern)))[:o.count]
    if not paths:
        raise SystemExit('There is no picture in %s.' % o.folder)
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        found = [f for f in pool.map(lambda at: look(*at, o), enumerate(paths)) if f]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    off, sure = np.array([f[0] for f in found]), np.array([f[1] for f in found], bool)
    print('%d pictures, found %d, sure %d; corners off, pixels of 128: median %.1f, 90 %% %.1f, most %.1f (sure ones: %.1f, %.1f, %.1f)'
          % (len(paths), len(found), sure.sum(), *np.percentile(off, (50, 90, 100)), *np.percentile(off[sure], (50, 90, 100))))
    print('processor: %.2f s a picture, the model\'s opening included' % ((usage.ru_utime + usage.ru_stime) / len(paths)))


if __name__ == '__main__':
    main()
