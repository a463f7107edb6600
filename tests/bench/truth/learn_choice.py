# SPDX-License-Identifier: GPL-3.0-or-later
"""Learns what core/edit/choose.c knows: which candidate of a healed edit is near the truth, by what is seen of it. Needs
python3-sklearn.

  collect COMMAND MODEL toon|photo FOLDER OUT.npz [TURNS]   COMMAND: build/tests/bench/bench-candidates
  fit OUT.npz ... > core/edit/choice-weights.h
  judge OUT.npz ...             how well the candidates would be chosen on pictures that were not learned from

The first 48 pairs and 40 photographs are left to truth.py, so collect begins behind them."""
import os
import random
import subprocess
import sys

for threads in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
    os.environ.setdefault(threads, '1')
import cv2
import numpy as np

import jobs
import measures
from poisson import Domain
from truth import feathered, wins

cv2.setNumThreads(1)
SEEN, SIZE, HIDDEN, FURTHEST, NETS = 20, 128, 16, 3, 3


def displaced(picture, random_state, much=1.0):
    """As a found placement is: a pixel off, half a degree, a hundredth larger."""
    turn, scale, shift = random_state.normal(0, .7 * much), np.exp(random_state.normal(0, .012 * much)), random_state.normal(0, .9 * much, 2)
    warp = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), turn, scale)
    warp[:, 2] += shift
    return cv2.warpAffine(picture, warp, (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).clip(-1, 1)


def mirrored(job):
    turn = lambda a: np.ascontiguousarray(a[:, ::-1])
    return jobs.Job(job.name, job.part, turn(job.target), turn(job.reference), turn(job.truth), turn(job.mask))


def collected(kind, folder, turns):
    """Jobs as the product meets them: in place, found to a pixel or two, some of them badly."""
    make = jobs.toon if kind == 'toon' else jobs.photo
    kinds = (('aligned', 0, 0), ('aligned', 1, 1), ('back', 0, 1), ('aligned', 3, 0)) if kind == 'toon' else \
        (('cast', 0, 0), ('cast', 1.5, 1), ('cast', 1.5, 0), ('cast', 3, 1))
    regions, first = jobs.REGIONS, 48 if kind == 'toon' else 40
    for turn, (condition, much, mirror) in enumerate(kinds[:turns]):
        jobs.REGIONS = regions[turn:] + regions[:turn]
        for i, job in enumerate(make(folder, SIZE, condition, 1000)):
            if i < first:
                continue
            if mirror:
                job = mirrored(job)
            if much:
                job.reference = displaced(job.reference, np.random.default_rng(1000 * turn + i), much)
            yield turn, job
        jobs.REGIONS = regions


def collect(command, model, kind, folder, out, turns=4):
    tool = subprocess.Popen([command, model], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    floats = lambda n: np.frombuffer(tool.stdout.read(4 * n), np.float32)
    seen, found, base, groups = [], [], [], []
    for turn, job in collected(kind, folder, int(turns)):
        soft = feathered(job.mask, SIZE / 128)
        planes = [np.moveaxis(p, 2, 0) for p in (job.target, job.reference)] + [soft[None]]
        tool.stdin.write(np.concatenate(planes).astype(np.float32).tobytes())
        tool.stdin.flush()
        mine, its = [], []
        while True:
            head = floats(1)
            if head[0] == 9:
                break
            mine.append(np.concatenate([head, floats(SEEN - 1)]))
            picture = np.moveaxis(floats(3 * SIZE * SIZE).reshape(3, SIZE, SIZE), 0, 2)
            inside = job.mask > 0
            its.append((((picture - job.truth) ** 2).mean(-1)[inside].mean(), measures.ssim_map(picture, job.truth)[inside].mean()))
        paste = lambda p: job.target + soft[..., None] * (p - job.target)
        others = [measures.measure(p, job)[:2] for p in (job.target, paste(job.reference), paste(Domain(job.mask).clone(job.target, job.reference, False)))]
        seen.append(mine), found.append(its), base.append(others), groups.append((turn, int(job.name)))
        if len(seen) % 50 == 0:
            print(len(seen), file=sys.stderr, flush=True)
    tool.stdin.close()
    np.savez(out, seen=np.array(seen, np.float32), found=np.array(found), base=np.array(base), groups=np.array(groups))


def worse(found):
    """log of MSE x (1 - SSIM), against the candidates' middle."""
    y = np.log(found[..., 0] + 5e-4) + np.log(1.03 - found[..., 1])
    return y - np.median(y, 1, keepdims=True)


def trained(x, y, seed):
    from sklearn.neural_network import MLPRegressor
    net = MLPRegressor((HIDDEN,), alpha=1, max_iter=150, random_state=seed, learning_rate_init=3e-3, batch_size=256)
    return net.fit(x, y)


def scaled(seen):
    flat = seen.reshape(-1, SEEN)
    return flat.mean(0), flat.std(0) + 1e-3


def loaded(files):
    parts = [np.load(f) for f in files]
    join = lambda key: np.concatenate([p[key] for p in parts])
    which = np.concatenate([np.full(len(p['seen']), i) for i, p in enumerate(parts)])
    return join('seen'), join('found'), join('base'), join('groups'), which


def fit(files):
    seen, found, _, _, _ = loaded(files)
    mean, deviation = scaled(seen)
    x, y = ((seen - mean) / deviation).clip(-FURTHEST, FURTHEST).reshape(-1, SEEN), worse(found).ravel()
    nets = [trained(x, y, seed) for seed in range(NETS)]
    into = np.concatenate([n.coefs_[0] for n in nets], 1).T
    numbers = lambda a: ', '.join('%.5g' % v for v in np.ravel(a))
    row = lambda a: '{' + numbers(a) + '}'
    print('/* SPDX-License-Identifier: GPL-3.0-or-later')
    print(' * Written by tests/bench/truth/learn_choice.py from %d edits of %d candidates: the mean of %d regressions. */' % (*seen.shape[:2], NETS))
    print('enum { CHOICE_HIDDEN = %d };' % len(into))
    print('static const double CHOICE_FURTHEST = %d; /* deviations that count */' % FURTHEST)
    print('static const float choice_means[SM_CHOICE_SEEN] = %s;' % row(mean))
    print('static const float choice_deviations[SM_CHOICE_SEEN] = %s;' % row(deviation))
    print('static const float choice_weights[CHOICE_HIDDEN][SM_CHOICE_SEEN] = {\n    %s};' % ',\n    '.join(row(r) for r in into))
    print('static const float choice_biases[CHOICE_HIDDEN] = %s;' % row(np.concatenate([n.intercepts_[0] for n in nets])))
    print('static const float choice_outputs[CHOICE_HIDDEN] = %s;' % row(np.concatenate([n.coefs_[1][:, 0] for n in nets]) / NETS))
    print('static const double choice_bias = %.5g;' % np.mean([n.intercepts_[1][0] for n in nets]))


def judge(files):
    seen, found, base, groups, which = loaded(files)
    y, guess = worse(found), np.zeros(found.shape[:2])
    fold = np.array([random.Random(int(g[1]) * 2 + int(w)).randrange(6) for g, w in zip(groups, which)])
    for k in range(6):
        learn, test = fold != k, fold == k
        mean, deviation = scaled(seen[learn])
        x = ((seen - mean) / deviation).clip(-FURTHEST, FURTHEST)
        for seed in range(NETS):
            guess[test] += trained(x[learn].reshape(-1, SEEN), y[learn].ravel(), seed).predict(x[test].reshape(-1, SEEN)).reshape(test.sum(), -1)
    every = np.arange(len(found))
    for name, choice in (('chosen', guess.argmin(1)), ('best there is', y.argmin(1))):
        for w, f in enumerate(files):
            for turn in sorted(set(groups[which == w, 0])):
                some = (which == w) & (groups[:, 0] == turn)
                v = found[every, choice][some]
                print('%-14s %-22s %d %4d  %.4f %.3f | poisson, copy, no edit: %s | regret %.2f' % (
                    name, os.path.basename(f), turn, some.sum(), *np.median(v, 0),
                    '  '.join('%3.0f %3.0f' % wins(v, base[some, k]) for k in (2, 1, 0)), (y[every, choice] - y.min(1))[some].mean()))


if __name__ == '__main__':
    what = {'collect': lambda *a: collect(*a), 'fit': lambda *a: fit(a), 'judge': lambda *a: judge(a)}
    if len(sys.argv) < 3 or sys.argv[1] not in what:
        raise SystemExit(__doc__)
    what[sys.argv[1]](*sys.argv[2:])
