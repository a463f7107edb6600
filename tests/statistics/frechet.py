#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The golden numbers of statistics.c: the Frechet distance of two sets of vectors by general eigenvalues in float64, as
# nothing in core computes it. usage: frechet.py FEATURES COUNT COUNT
import sys
import numpy as np

features, *counts = map(int, sys.argv[1:])
state = 1


def numbers(n):
    global state
    out = np.empty(n)
    for i in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = (state >> 8) / 2**24 - 0.5
    return out


def vectors(count, shift):
    x = numbers(count * features).reshape(count, features)
    x[:, 1:] += 0.5 * x[:, :-1]  # neighbours go together
    return (x + shift).astype(np.float32).astype(np.float64)


a, b = vectors(counts[0], 0), vectors(counts[1], 0.125)
c, d = np.atleast_2d(np.cov(a.T)), np.atleast_2d(np.cov(b.T))
root = np.sqrt(np.linalg.eigvals(c @ d).astype(complex)).real.sum()
mean = a.mean(0) - b.mean(0)
print("%.12g" % (mean @ mean + np.trace(c) + np.trace(d) - 2 * root))
