# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks (land.cpp) -> aligned square crops. usage: align.py LAND.txt OUT_DIR SIZE
The canonical points of a 128 x 128 crop: eyes (46.5, 60) (81.5, 60), mouth corners (50, 95) (78, 95)."""
import os
import sys

import cv2
import numpy as np

src, out, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
os.makedirs(out, exist_ok=True)
CAN = np.array([[46.5, 60], [81.5, 60], [50, 95], [78, 95]]) * size / 128
keep, small = [], []
for line in open(src):
    f = line.rstrip("\n").split(" "); p = " ".join(f[:-136]); q = np.array(f[-136:], float).reshape(68, 2)
    pts = np.array([q[36:42].mean(0), q[42:48].mean(0), q[48], q[54]])
    a, b = pts - pts.mean(0), CAN - CAN.mean(0)                       # least-squares similarity
    n = (a ** 2).sum(); r, s = (a * b).sum() / n, (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum() / n
    R = np.array([[r, -s], [s, r]]); t = CAN.mean(0) - R @ pts.mean(0)
    im = cv2.imread(p)
    if im is None: continue
    k = 4; M = np.hstack([R * k, (t * k)[:, None]]); M[:, 2] += (k - 1) / 2
    w = cv2.warpAffine(im, M, (size * k, size * k), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    cov = cv2.warpAffine(np.full(im.shape[:2], 255, np.uint8), M, (size * k, size * k)).mean() / 255
    fit = np.abs((R @ pts.T).T + t - CAN).max() / size; scale = np.hypot(r, s)
    w = cv2.resize(w, (size, size), interpolation=cv2.INTER_AREA)
    keep.append((p, w, cov, fit, scale)); g = cv2.resize(cv2.cvtColor(w, cv2.COLOR_BGR2GRAY), (16, 16), interpolation=cv2.INTER_AREA).astype(float)
    small.append(((g - g.mean()) / (g.std() + 1e-6)).ravel())
S = np.array(small); F = S.reshape(-1, 16, 16)[:, :, ::-1].reshape(len(S), -1)
C = np.maximum(S @ S.T, S @ F.T) / 256
n, drop = 0, dict(dup=0, fit=0, cov=0, low=0)
for i, (p, w, cov, fit, scale) in enumerate(keep):
    if (C[i, :i] > .965).any(): drop["dup"] += 1; continue
    if fit > .05: drop["fit"] += 1; continue
    if cov < .80: drop["cov"] += 1; continue
    if scale > 1.35 * size / 128: drop["low"] += 1; continue
    src_tag = "us" if "congress" in p else "uk" if "uk-mps" in p else "vv"
    cv2.imwrite(f"{out}/{src_tag}-{n:05d}.png", w); n += 1
print(n, "kept", drop, "of", len(keep))
