#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The narrow VGG16 with LPIPS heads of ../train-LayerNorm-small.safetensors as torch.save writes such files, in both
of its forms and with the names that torchvision's and LPIPS's files have (Debian's python3-torch 1.13).
usage: make.py, in this folder"""
import collections
import json
import struct

import torch

PREFIX = "perceptual."
with open("../train-LayerNorm-small.safetensors", "rb") as f:
    header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    start = f.tell()
    tensors = {}
    for name, t in header.items():
        if name.startswith(PREFIX):
            f.seek(start + t["data_offsets"][0])
            raw = bytearray(f.read(t["data_offsets"][1] - t["data_offsets"][0]))
            tensors[name[len(PREFIX):]] = torch.frombuffer(raw, dtype=torch.float32).reshape(t["shape"])

vgg = collections.OrderedDict((n[len("vgg."):], t) for n, t in tensors.items() if n.startswith("vgg."))
vgg["classifier.0.weight"] = torch.zeros(3, 5)  # there, and not asked for
heads = collections.OrderedDict((n, t) for n, t in tensors.items() if n.startswith("lin"))

torch.save(vgg, "vgg16-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(heads, "lpips-legacy.pth", _use_new_zipfile_serialization=False)
torch.save({n: torch.nn.Parameter(t) for n, t in {**vgg, **heads}.items()}, "vgg16-lpips-zip.pth")
