# SPDX-License-Identifier: GPL-3.0-or-later
"""Tensors of torch -> a safetensors file of float32, for the scripts beside it."""
import json
import struct


def write(path, tensors):
    header, at = {}, 0
    for name, t in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [at, at + 4 * t.numel()]}
        at += 4 * t.numel()
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for t in tensors.values():
            f.write(t.float().contiguous().numpy().tobytes())
