# SPDX-License-Identifier: GPL-3.0-or-later
"""Learns what core/edit/choose.c knows: which candidate of a healed edit is near the truth, by what is seen of it. Needs
python3-sklearn.

  collect COMMAND MODEL toon|toon-cast|toon-found|toon-sloppy|photo|swap FOLDER OUT.npz [TURNS [FIRST]]
                                COMMAND: build/tests/bench/bench-candidates
  fit OUT.npz ... > core/edit/choice-weights.h
  judge OUT.npz ...             how well the candidates would be chosen on pictures that were not learned from

The first 48 pairs and 40 photographs are left to truth.py, so collect begins behind them, or at FIRST."""
import json
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
SEEN, SIZE, HIDDEN, FURTHEST, NETS = 24, 128, 32, 3, 3
SIGMA, TONED, DRAWN = 14, 22, 23  # of what is seen: its log is 0 for a collage itself; is it toned; does the target look drawn


def displaced(picture, random_state, much=1.0):
    """As a found placement is: a pixel off, half a degree, a hundredth larger."""
    turn, scale, shift = random_state.normal(0, .7 * much), np.exp(random_state.normal(0, .012 * much)), random_state.normal(0, .9 * much, 2)
    warp = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), turn, scale)
    warp[:, 2] += shift
    return cv2.warpAffine(picture, warp, (SIZE, SIZE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).clip(-1, 1)


def found(folder):
    """As the product finds a reference that was moved: to a pixel."""
    with open(os.path.join(folder, 'pairs.json')) as f:
        pairs = {'%03d' % pair['number']: pair for pair in json.load(f)}
    for i, job in enumerate(jobs.toon(folder, SIZE, 'moved', 1000)):
        one = dict(pairs[job.name])
        one['back'] = {axis: .15 * off for axis, off in one['back'].items()}
        job.reference = displaced(jobs.back(job.reference, one, SIZE), np.random.default_rng(i), .3)
        yield job


def mirrored(job):
    turn = lambda a: np.ascontiguousarray(a[:, ::-1])
    return jobs.Job(job.name, job.part, turn(job.target), turn(job.reference), turn(job.truth), turn(job.mask))


def cast(picture, random_state):
    """As by another camera."""
    return (picture * np.exp(random_state.normal(0, .12, 3)) + random_state.normal(0, .12, 3)).clip(-1, 1).astype(np.float32)


def tinted(picture, like, part, where):
    """In the colours of another person's picture, as they are in the mask; of hair: around it, for hair keeps its own."""
    a, b = picture[where], like[where]
    if part == 'hair':
        return picture + np.median(b - a, 0).clip(-.4, .4)
    return (picture - a.mean(0)) * (b.std(0) / a.std(0)).clip(.6, 1.6) + b.mean(0)


def swapped(job, other):
    """Somebody else where the person was, and the person in somebody else's picture, light and camera; to be brought back."""
    ring = cv2.dilate(job.mask, jobs.disc(9)) - cv2.dilate(job.mask, jobs.disc(3))
    where = (ring if job.part == 'hair' else job.mask) > 0
    soft = lambda m: cv2.GaussianBlur(m.astype(np.float32), (0, 0), 2)[..., None]
    inner, person = soft(cv2.erode(job.mask, jobs.disc(5))), job.truth
    job.target = (person + inner * (tinted(other, person, job.part, where).clip(-1, 1) - person)).astype(np.float32)
    job.reference = (other + inner * (tinted(person, other, job.part, where).clip(-1, 1) - other)).astype(np.float32)
    return job


def collected(kind, folder, turns, first):
    """Jobs as the product meets them: in place, found to a pixel or two, some of them badly, by the same camera or another."""
    if kind == 'swap':
        every = list(jobs.photo(folder, SIZE, 'cast', 1000))[first:]
        for turn in range(turns):
            for i, job in enumerate(every):
                random_state = np.random.default_rng(1000 * turn + i)
                other = every[(i + 20 + 4 * turn) % len(every)].truth
                job = swapped(jobs.Job(job.name, job.part, job.target, job.reference, job.truth, job.mask), other)
                if turn % 2:
                    job.reference = displaced(job.reference, random_state, 1)
                yield turn, job
        return
    if kind == 'toon-found':
        yield from ((0, job) for job in list(found(folder))[first:])
        return
    make = jobs.photo if kind == 'photo' else jobs.toon
    kinds = {'toon': (('aligned', 0, 0), ('aligned', 1, 1), ('back', 0, 1)), 'toon-cast': (('aligned', 1, 1), ('aligned', 3, 0)),
             'toon-sloppy': (('aligned', 0, 1), ('aligned', 1, 0)),
             'photo': (('cast', 0, 0), ('cast', 1.5, 1), ('cast', 1.5, 0))}[kind]
    regions = jobs.REGIONS
    for turn, (condition, much, mirror) in enumerate(kinds[:turns]):
        jobs.REGIONS = regions[turn:] + regions[:turn]
        for i, job in enumerate(make(folder, SIZE, condition, 1000, 'sloppy' if kind == 'toon-sloppy' else 'tight')):
            if i < first:
                continue
            random_state = np.random.default_rng(1000 * turn + i)
            if mirror:
                job = mirrored(job)
            if much:
                job.reference = displaced(job.reference, random_state, much)
            if kind == 'toon-cast':
                job.reference = cast(job.reference, random_state)
            yield turn, job
        jobs.REGIONS = regions


def collect(command, model, kind, folder, out, turns=2, first=None):
    tool = subprocess.Popen([command, model], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    floats = lambda n: np.frombuffer(tool.stdout.read(4 * n), np.float32)
    seen, found, base, groups = [], [], [], []
    first = int(first) if first else 48 if kind.startswith('toon') else 40
    for turn, job in collected(kind, folder, int(turns), first):
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
    """log of MSE x (1 - SSIM)."""
    return np.log(found[..., 0] + 5e-4) + np.log(1.03 - found[..., 1])


def trained(x, y, seed):
    import warnings
    from sklearn.neural_network import MLPRegressor
    warnings.filterwarnings('ignore', 'Stochastic Optimizer')  # which stops early on purpose
    net = MLPRegressor((HIDDEN,), alpha=.3, max_iter=150, random_state=seed, learning_rate_init=3e-3, batch_size=256)
    return net.fit(x, y)


class Regressions:
    """One for what looks drawn, one for photographs."""

    def __init__(self, seen, y):
        self.drawn, self.photographed = (Regression(seen[some], y[some]) for some in self.parted(seen))

    @staticmethod
    def parted(seen):
        drawn = seen[:, 0, DRAWN] > .5
        return drawn, ~drawn

    def __call__(self, seen):
        y = np.zeros(seen.shape[:-1])
        for net, some in zip((self.drawn, self.photographed), self.parted(seen)):
            if some.any():
                y[some] = net(seen[some])
        return y

    def written(self, name):
        self.drawn.written(name + '_drawn')
        self.photographed.written(name + '_photographed')


class Regression:
    """The mean of a few small ones, against the middle of each edit."""

    def __init__(self, seen, y):
        flat = seen.reshape(-1, SEEN)
        self.mean, self.deviation = flat.mean(0), flat.std(0) + 1e-3
        y = y - np.median(y, 1, keepdims=True)
        self.nets = [trained(self.scaled(seen).reshape(-1, SEEN), y.ravel(), seed) for seed in range(NETS)]

    def scaled(self, seen):
        return ((seen - self.mean) / self.deviation).clip(-FURTHEST, FURTHEST)

    def __call__(self, seen):
        x = self.scaled(seen).reshape(-1, SEEN)
        return np.mean([n.predict(x) for n in self.nets], 0).reshape(seen.shape[:-1])

    def written(self, name):
        into = np.concatenate([n.coefs_[0] for n in self.nets], 1).T
        row = lambda a: '{' + ', '.join('%.5g' % v for v in np.ravel(a)) + '}'
        print('static const float %s_means[SM_CHOICE_SEEN] = %s;' % (name, row(self.mean)))
        print('static const float %s_deviations[SM_CHOICE_SEEN] = %s;' % (name, row(self.deviation)))
        print('static const float %s_weights[][SM_CHOICE_SEEN] = {\n    %s};' % (name, ',\n    '.join(row(r) for r in into)))
        print('static const float %s_biases[] = %s;' % (name, row(np.concatenate([n.intercepts_[0] for n in self.nets]))))
        print('static const float %s_outputs[] = %s;' % (name, row(np.concatenate([n.coefs_[1][:, 0] for n in self.nets]) / NETS)))
        print('static const sm_choice_net %s = {%d, %s_means, %s_deviations, %s_weights, %s_biases, %s_outputs, %.5g};' % (
            name, len(into), *[name] * 5, np.mean([n.intercepts_[1][0] for n in self.nets])))


def loaded(files):
    parts = [np.load(f) for f in files]
    join = lambda key: np.concatenate([p[key] for p in parts])
    which = np.concatenate([np.full(len(p['seen']), i) for i, p in enumerate(parts)])
    return join('seen'), join('found'), join('base'), join('groups'), which


def sorted_out(seen, found):
    """The collages, what comes of the best candidate of each; and the candidates, with their collages'."""
    key = lambda s: s[..., 9] + 2 * s[..., 10] + 3 * s[..., 22]  # cloned, matched, toned
    itself = seen[0, :, SIGMA] == 0
    order = [np.flatnonzero(~itself & (key(seen[0]) == k)) for k in key(seen[0])[itself]]
    y = worse(found)
    return seen[:, itself], np.stack([y[:, o].min(1) for o in order], 1), seen[:, ~itself], y[:, ~itself], key(seen[0])[~itself]


def fit(files):
    seen, found, _, _, _ = loaded(files)
    starts, their, candidates, y, _ = sorted_out(seen, found)
    print('/* SPDX-License-Identifier: GPL-3.0-or-later')
    print(' * Written by tests/bench/truth/learn_choice.py from %d edits of %d candidates: means of %d regressions each. */' % (*y.shape, NETS))
    print('enum { CHOICE_FURTHEST = %d /* deviations that count */ };' % FURTHEST)
    Regressions(starts, their).written('choice_start')
    Regressions(candidates, y).written('choice_heal')


PROMISING, TRIED, FURTHER, WORTH = 0.8, 3, 0.1, 0.05  # of core/edit/heal.c


def as_drawn(promise, guess, stage, key, collages):
    """Which candidates core/edit/heal.c looks at, and after how many rounds in all."""
    drawn, rounds = np.zeros(guess.shape, bool), np.zeros(len(guess))
    for i in range(len(guess)):
        this = lambda c, k: (key == c) & (stage == k)
        some = [collages[k] for k in np.argsort(promise[i])[:TRIED] if promise[i][k] <= promise[i].min() + PROMISING]
        least = {c: guess[i][this(c, 0)].min() for c in some}
        first = min(least.values())
        rounds[i] = len(some)
        for c in some:
            drawn[i] |= this(c, 0)
            worth = least[c] <= first
            for k in (1, 2):
                if not worth:
                    break
                drawn[i] |= this(c, k)
                rounds[i] += k
                now = guess[i][this(c, k)].min()
                worth, least[c] = now < least[c] - WORTH, min(least[c], now)
    return drawn, rounds


def judge(files):
    seen, found, base, groups, which = loaded(files)
    starts, their, candidates, y, key = sorted_out(seen, found)
    of_candidates = seen[0, :, SIGMA] != 0
    fold = np.array([random.Random(int(g[1]) * 2 + int(w)).randrange(6) for g, w in zip(groups, which)])
    promise, guess = np.zeros(their.shape), np.zeros(y.shape)
    for k in range(6):
        learn, test = fold != k, fold == k
        promise[test] = Regressions(starts[learn], their[learn])(starts[test])
        guess[test] = Regressions(candidates[learn], y[learn])(candidates[test])
    cleaner = lambda s: .4 * s[..., TONED] * s[..., DRAWN]  # of core/edit/choose.c, as lines are
    promise -= cleaner(starts)
    guess += (1.5 + .25 * candidates[..., DRAWN]) * (1 - candidates[..., 0]) - cleaner(candidates)
    stage = np.where(candidates[0, :, 11] > 0, 0, np.where(candidates[0, :, 12] > 0, 2, 1))
    guess += FURTHER * stage
    collages = starts[0, :, 9] + 2 * starts[0, :, 10] + 3 * starts[0, :, 22]
    drawn, rounds = as_drawn(promise, guess, stage, key, collages)
    print('%.2f rounds on average' % rounds.mean())
    every = np.arange(len(found))
    for name, choice in (('chosen', np.where(drawn, guess, 99).argmin(1)), ('all are drawn', guess.argmin(1)), ('best there is', y.argmin(1))):
        for w, f in enumerate(files):
            for turn in sorted(set(groups[which == w, 0])):
                some = (which == w) & (groups[:, 0] == turn)
                v = found[:, of_candidates][every, choice][some]
                print('%-14s %-22s %d %4d  %.4f %.3f | poisson, copy, no edit: %s | regret %.2f' % (
                    name, os.path.basename(f), turn, some.sum(), *np.median(v, 0),
                    '  '.join('%3.0f %3.0f' % wins(v, base[some, k]) for k in (2, 1, 0)), (y[every, choice] - y.min(1))[some].mean()))


if __name__ == '__main__':
    what = {'collect': lambda *a: collect(*a), 'fit': lambda *a: fit(a), 'judge': lambda *a: judge(a)}
    if len(sys.argv) < 3 or sys.argv[1] not in what:
        raise SystemExit(__doc__)
    what[sys.argv[1]](*sys.argv[2:])
