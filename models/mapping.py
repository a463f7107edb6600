# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a model the mapping network, and the mean stylemap, of another run: all else stays as it is.
usage: mapping.py MODEL.safetensors RUN.safetensors OUT.safetensors"""
import json
import struct
import sys

import numpy as np

KINDS = {'F32': '<f4', 'F16': '<f2'}


def read(path):
    with open(path, 'rb') as file:
        header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
        return header, file.read()


def is_of_mapping(name):
    return name == 'w_mean' or name.startswith('g_ema.mapping_z.')


def change(model, run, out, changes, how):
    """OUT := MODEL, where each tensor whose name `changes` picks is how(its numbers, RUN's), in MODEL's kind of numbers."""
    header, data = read(model)
    other, others = read(run)
    data = bytearray(data)
    for name, entry in header.items():
        if not changes(name, other):
            continue
        if other[name]['shape'] != entry['shape']:
            sys.exit('%s: %s has another shape than in %s' % (run, name, model))
        own, its = (np.frombuffer(numbers[slice(*e['data_offsets'])], KINDS[e['dtype']]).astype('f8')
                    for e, numbers in ((entry, data), (other[name], others)))
        data[slice(*entry['data_offsets'])] = how(own, its).astype(KINDS[entry['dtype']]).tobytes()
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(out, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + data)


def main():
    change(*sys.argv[1:], lambda name, other: is_of_mapping(name), lambda own, its: its)


if __name__ == '__main__':
    main()
