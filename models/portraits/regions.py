# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the parts of aligned portraits lie: OUT/{eyes,mouth,hair,face,background}.png, 64 x 64 grey, how often a place shows
the part. usage: regions.py FACES.safetensors PICTURES OUT [COUNT=150]
Eyes (with brows), mouth and face are outlines of the landmarks that libstylemap finds, the first two 5 pixels of 128 wider,
so that another's fit in; the forehead is an ellipse above the
brows, as high as from them to the middle of the nose. Background is guessed: what looks like the two upper corners, joined to
them, outside the face. Hair is guessed from these: what is neither, down to the mouth, within .75 of a face's width of its
middle. So hair counts ears, and a dark ground behind dark hair counts as hair."""
import ctypes as c
import glob
import os
import sys

import cv2
import numpy as np

lib = c.CDLL('libstylemap.so.1')
READ = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.c_int, c.c_int, c.c_int, c.POINTER(c.c_float))


class Layer(c.Structure):
    _fields_ = [('width', c.c_int), ('height', c.c_int), ('data', c.c_void_p), ('read', READ), ('write', c.c_void_p)]


class Face(c.Structure):
    _fields_ = [('box', c.c_double * 4), ('score', c.c_double), ('points', c.c_double * 136)]


def landmarks(network, picture):
    """68 x 2 of the largest face, or None."""
    pixels = np.dstack([picture[..., ::-1] / np.float32(255), np.ones(picture.shape[:2], np.float32)])

    def read(_, x, y, w, h, to):
        np.ctypeslib.as_array(to, (h, w, 4))[:] = pixels[y:y + h, x:x + w]
        return 0

    layer, face, count = Layer(picture.shape[1], picture.shape[0], None, READ(read), None), Face(), c.c_int()
    if lib.stylemap_faces_find(network, c.byref(layer), 1, c.byref(face), c.byref(count), None):
        raise SystemExit('no memory')
    return np.array(face.points[:]).reshape(68, 2) if count.value else None


def hull(points, shape, wider):
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(points).astype(np.int32)), 1)
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * wider + 1, 2 * wider + 1)))


def parts(picture, p):
    shape, k = picture.shape[:2], picture.shape[0] / 128
    eyes = np.maximum(hull(np.vstack([p[17:22], p[36:42]]), shape, int(5 * k)), hull(np.vstack([p[22:27], p[42:48]]), shape, int(5 * k)))
    mouth = hull(p[48:60], shape, int(5 * k))
    brows, nose = p[17:27], p[30]
    up = 1.0 * (brows.mean(0) - nose)
    t = np.linspace(0, np.pi, 21)[:, None]
    middle, across = (p[0] + p[16]) / 2, (p[16] - p[0]) / 2
    forehead = brows.mean(0) + np.cos(t) * across * .9 + np.sin(t) * up
    face = hull(np.vstack([p[:27], forehead]), shape, 0)
    flood = np.zeros((shape[0] + 2, shape[1] + 2), np.uint8)
    flood[1:-1, 1:-1] = face
    smooth = cv2.GaussianBlur(picture, (0, 0), k)
    for x in (2, shape[1] - 3):
        cv2.floodFill(smooth, flood, (x, 2), 0, (5,) * 3, (5,) * 3, 4 | cv2.FLOODFILL_MASK_ONLY | (2 << 8))
    background = (flood[1:-1, 1:-1] == 2).astype(np.uint8)
    y, x = np.mgrid[:shape[0], :shape[1]]
    near = (np.abs(x - middle[0]) < 1.5 * np.linalg.norm(across)) & (y < p[[48, 54], 1].mean())
    hair = ((face == 0) & (background == 0) & near).astype(np.uint8)
    return {'eyes': eyes, 'mouth': mouth, 'hair': hair, 'face': face, 'background': background}


def main():
    faces, folder, out, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 150
    network = c.c_void_p()
    if lib.stylemap_faces_open(faces.encode(), c.byref(network), None):
        raise SystemExit('%s cannot be opened' % faces)
    files = sorted(glob.glob(os.path.join(folder, '*')))
    sums, used = {}, 0
    for path in files[::max(1, len(files) // count)]:
        picture = cv2.imread(path)
        points = landmarks(network, picture)
        if points is None:
            continue
        used += 1
        for name, mask in parts(picture, points).items():
            sums[name] = sums.get(name, 0) + cv2.resize(mask.astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
    os.makedirs(out, exist_ok=True)
    for name, total in sums.items():
        both = (total + total[:, ::-1]) / 2  # the model was trained on pictures and their mirror images
        cv2.imwrite(os.path.join(out, name + '.png'), np.rint(255 * both / used).astype(np.uint8))
    print('%d pictures' % used)


if __name__ == '__main__':
    main()
