# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a result is from the truth: in the mask, along its edge, all over."""
import cv2
import numpy as np


def blur(x):
    return cv2.GaussianBlur(x, (11, 11), 1.5, borderType=cv2.BORDER_REFLECT)


def ssim_map(x, y):
    """Wang, Bovik, Sheikh, Simoncelli 2004, for numbers in -1..1; mean of the channels."""
    mx, my = blur(x), blur(y)
    vx, vy, vxy = blur(x * x) - mx * mx, blur(y * y) - my * my, blur(x * y) - mx * my
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    return ((2 * mx * my + c1) * (2 * vxy + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))).mean(-1)


def lab(x):
    return cv2.cvtColor(np.clip((x + 1) / 2, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB).astype(np.float64)


def delta_e_2000(x, y):
    """Sharma, Wu, Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(lab(v), -1, 0) for v in (x, y))
    c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c ** 7 / (c ** 7 + 25.0 ** 7)))
    p1, p2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(p1, b1), np.hypot(p2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, p)) % 360 for b, p in ((b1, p1), (b2, p2)))
    grey = c1 * c2 == 0
    d = (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(np.where(grey, 0, d)) / 2)
    l, cm, h = (l1 + l2) / 2, (c1 + c2) / 2, np.where(grey, h1 + h2, (h1 + d / 2) % 360)
    r = np.radians
    t = 1 - .17 * np.cos(r(h - 30)) + .24 * np.cos(r(2 * h)) + .32 * np.cos(r(3 * h + 6)) - .2 * np.cos(r(4 * h - 63))
    sl = 1 + .015 * (l - 50) ** 2 / np.sqrt(20 + (l - 50) ** 2)
    sc, sh = 1 + .045 * cm, 1 + .015 * cm * t
    rt = -2 * np.sqrt(cm ** 7 / (cm ** 7 + 25.0 ** 7)) * np.sin(r(60 * np.exp(-((h - 275) / 25) ** 2)))
    return np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * dc / sc * dh / sh)


MEASURES = ('mse', 'ssim', 'mse all', 'seam dE')


def measure(result, job):
    """MSE (-1..1) and SSIM in the mask, MSE of the whole picture, and what 95 % of the pixels within 8 px (of 512) of the
    mask's edge stay below in CIE delta E 2000."""
    inside, ring = job.mask > 0, job.ring(8 * job.size / 512) > 0
    error = ((result - job.truth) ** 2).mean(-1)
    return (error[inside].mean(), ssim_map(result, job.truth)[inside].mean(), error.mean(),
            np.percentile(delta_e_2000(result, job.truth)[ring], 95))
