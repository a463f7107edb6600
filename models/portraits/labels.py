# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and labels for ./directions.sh: usage: labels.py PICTURES HELD_OUT OUT
Of the pictures in looked.csv those of HELD_OUT go to OUT/held-out, to be edited; of the others every third to OUT/judge and the rest
to OUT/learn, both with their mirror images m-NAME, so that a direction is the same on both sides and light does not tell one
collection from another. OUT/labels.csv says what all of them show:
  glasses, beard, hair-long, hair-grey    looked at (looked.csv, by one pair of eyes, at 112 pixels): 1, 0, or nothing where in
                               doubt. beard: a moustache, too; hair-long: as far as the jaw; hair-grey: or white
  smile                        how much between the corners of the mouth is bright and has less colour than the cheeks: teeth
  light-left                   brightness of the cheek on the picture's left less that of the other, over their sum
  ground-light                 brightness of the upper corners
The last three are numbers of places that alignment makes known, wrong for some pictures, so only their upper thirds are set
against the lower ones."""
import csv
import os
import sys

import cv2
import numpy as np

LOOKED = ('glasses', 'beard', 'hair-long', 'hair-grey')
GREY = 4  # the mean chroma below which a photograph has no colours


def measure(picture):
    """Of a picture of 128 x 128."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    part = lambda x0, x1, y0, y1: lab[y0:y1, x0:x1].reshape(-1, 3)
    left, right, mouth = part(32, 44, 74, 88), part(84, 96, 74, 88), part(54, 74, 91, 103)
    chroma = lambda of: np.hypot(of[:, 1], of[:, 2])
    light = [side[:, 0].mean() for side in (left, right)]
    teeth = ((chroma(mouth) < 0.6 * np.median(chroma(np.concatenate([left, right])))) & (mouth[:, 0] > 0.8 * np.mean(light))).mean()
    ground = np.concatenate([part(0, 12, 0, 12), part(116, 128, 0, 12)])
    return {'smile': '%.3f' % teeth if chroma(lab.reshape(-1, 3)).mean() > GREY else '',
            'light-left': '%.3f' % ((light[0] - light[1]) / sum(light)), 'ground-light': '%.1f' % np.median(ground[:, 0])}


def main():
    pictures, held_out, out = sys.argv[1:]
    for folder in ('learn', 'judge', 'held-out'):
        os.makedirs(os.path.join(out, folder), exist_ok=True)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'looked.csv')) as file:
        looked = sorted(csv.DictReader(file), key=lambda row: row['name'])
    lines, known = [], 0
    for row in looked:
        held = os.path.exists(os.path.join(held_out, row['name']))
        picture = cv2.imread(os.path.join(held_out if held else pictures, row['name']))
        if picture is None:
            raise SystemExit('%s is in neither folder' % row['name'])
        folder = 'held-out' if held else 'learn' if known % 3 else 'judge'
        known += not held
        name = os.path.splitext(row['name'])[0] + '.png'
        for name, shown in [(name, picture)] + ([] if held else [('m-' + name, picture[:, ::-1])]):
            cv2.imwrite(os.path.join(out, folder, name), shown)
            lines.append(','.join([name] + [row[column] for column in LOOKED] + list(measure(shown).values())))
    with open(os.path.join(out, 'labels.csv'), 'w') as file:
        file.write('\n'.join([','.join(('name',) + LOOKED + tuple(measure(picture)))] + lines) + '\n')


if __name__ == '__main__':
    main()
