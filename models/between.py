# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights between a model and a run that went on from it: generator and encoder are MODEL + PART (RUN - MODEL), PART from 0 to 1;
the mapping network and all else stay the model's.
usage: between.py MODEL.safetensors RUN.safetensors PART OUT.safetensors"""
import sys

from mapping import change, is_of_mapping


def main():
    model, run, part, out = sys.argv[1:]
    part = float(part)
    change(model, run, out, lambda name, other: name.startswith(('g_ema.', 'e_ema.')) and name in other and not is_of_mapping(name),
           lambda own, its: own + part * (its - own))


if __name__ == '__main__':
    main()
