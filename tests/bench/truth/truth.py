# SPDX-License-Identifier: GPL-3.0-or-later
"""Does an edit do better than copy and paste, and than Poisson cloning? The command `stylemap transplant`, with its
defaults, against both on edits whose true result is known. README.md beside it says how."""
import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

for threads in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS'):
    os.environ.setdefault(threads, '1')
import cv2
import numpy as np

import jobs
import measures
from poisson import Domain

cv2.setNumThreads(1)
SAME = 0.0005  # differences of the MSE below this count as half a win
MUCH = 0.02  # an MSE of the target in the mask that asks for an edit


def feathered(mask, radius):
    """GIMP's Select > Feather."""
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), radius / 3.5, borderType=cv2.BORDER_REPLICATE)
    soft[soft < 1 / 512] = 0
    return np.minimum(soft, 1)


def edited(job, feather, o, folder):
    """What the command makes of it."""
    write = lambda name, picture: cv2.imwrite(os.path.join(folder, name), picture)
    write('t.png', jobs.levels(job.target)[..., ::-1])
    write('r.png', jobs.levels(job.reference)[..., ::-1])
    write('m.png', job.mask * 255)
    command = [o.command, 'transplant', '-q', '--threads', '1', o.model, 't.png', 'r.png', '--mask', 'm.png', '--feather',
               '%g' % feather, '-o', 'o.png'] + o.options.split()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit('%s: %s' % (job.name, done.stderr))
    return jobs.load(os.path.join(folder, 'o.png'))


def contest(job, o):
    feather = 4 * job.size / 512
    soft = feathered(job.mask, feather)[..., None]
    saved = lambda picture: jobs.levels(job.target + soft * (picture - job.target)).astype(np.float32) / 127.5 - 1
    with tempfile.TemporaryDirectory() as folder:
        results = {'no edit': job.target, 'copy': saved(job.reference),
                   'poisson': saved(Domain(job.mask).clone(job.target, job.reference, False)),
                   'stylemap': edited(job, feather, o, folder)}
    return {name: measures.measure(picture, job) for name, picture in results.items()}, results


def wins(mine, other):
    """How often mine is the better one, %: by MSE, by SSIM."""
    d = mine[:, 0] - other[:, 0]
    return (100 * np.where(np.abs(d) < SAME, 0.5, d < 0).mean(), 100 * (mine[:, 1] > other[:, 1]).mean())


def sheet(rows, path):
    """A line an edit: target, reference, copy, Poisson, ours, truth."""
    cell = lambda p: cv2.resize(jobs.levels(p), (160, 160), interpolation=cv2.INTER_AREA)
    lines = [np.concatenate([cell(p) for p in (job.target, job.reference, r['copy'], r['poisson'], r['stylemap'], job.truth)], 1)
             for job, r in rows]
    cv2.imwrite(path, np.concatenate(lines)[..., ::-1])


def keep(work, folder, condition):
    os.makedirs(folder, exist_ok=True)
    for job in work:
        name = os.path.join(folder, '%s-%s-' % (condition, job.name))
        for what in ('target', 'reference', 'truth'):
            cv2.imwrite(name + what + '.png', jobs.levels(getattr(job, what))[..., ::-1])
        cv2.imwrite(name + 'mask.png', job.mask * 255)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('kind', choices=('toon', 'photo'))
    p.add_argument('folder', help="make_truth.mjs's, or one of photographs as large as --size")
    p.add_argument('--size', type=int, default=128)
    p.add_argument('--count', type=int, default=1000)
    p.add_argument('--condition', help='aligned, back, moved; off, cast (default: all of the kind)')
    p.add_argument('--mask', choices=('tight', 'sloppy'), default='tight')
    p.add_argument('--command', default='stylemap')
    p.add_argument('--model', default='')
    p.add_argument('--options', default='', help='more options of the command, in one text')
    p.add_argument('--jobs', type=int, default=2)
    p.add_argument('--keep', help='a folder for the edits themselves, as `stylemap evaluate --truth` takes them')
    p.add_argument('--sheets', help='a folder for sheets of the 20 best and worst')
    o = p.parse_args()
    every = jobs.TOON_CONDITIONS if o.kind == 'toon' else jobs.PHOTO_CONDITIONS
    print('%-8s %-9s %6s %8s %6s %8s %8s | beats: poisson, copy, no edit (MSE SSIM, %%)' % ('', '', 'edits', *measures.MEASURES))
    for condition in [o.condition] if o.condition else every:
        work = list((jobs.toon if o.kind == 'toon' else jobs.photo)(o.folder, o.size, condition, o.count, o.mask))
        if o.keep:
            keep(work, o.keep, condition)
            continue
        with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
            done = list(pool.map(lambda job: contest(job, o), work))
        found = {name: np.array([m[name] for m, _ in done]) for name in done[0][0]}
        for name, v in found.items():
            beats = '  '.join('%3.0f %3.0f' % wins(v, found[k]) for k in ('poisson', 'copy', 'no edit') if k != name)
            print('%-8s %-9s %6d %8.4f %6.3f %8.4f %8.2f | %s' % (condition, name, len(v), *np.median(v, 0), beats))
        much = found['no edit'][:, 0] >= MUCH
        if much.any():
            print('%-8s no edit is off by %g or more in %d: beaten in %.0f, %.0f %%' %
                  (condition, MUCH, much.sum(), *wins(found['stylemap'][much], found['no edit'][much])))
        sys.stdout.flush()
        if o.sheets:
            os.makedirs(o.sheets, exist_ok=True)
            order = np.argsort(found['stylemap'][:, 0])
            for which, some in (('best', order[:20]), ('worst', order[-20:])):
                sheet([(work[i], done[i][1]) for i in some], os.path.join(o.sheets, '%s-%s-%d-%s.png' % (o.kind, condition, o.size, which)))


if __name__ == '__main__':
    main()
