#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers in lpips.c: LPIPS of the two pictures of inception-golden.safetensors, by PyTorch, with the narrow VGG16 and
heads of ../train/perceptual. usage: lpips.py, in this folder"""
import json
import struct

import torch
import torch.nn.functional as F

with open("inception-golden.safetensors", "rb") as f:
    header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
    data = f.read()
t = header["images"]
images = torch.frombuffer(bytearray(data[slice(*t["data_offsets"])]), dtype=torch.float32).reshape(t["shape"]).double()
vgg = torch.load("../train/perceptual/vgg16-legacy.pth")
heads = torch.load("../train/perceptual/lpips-legacy.pth")
shift = torch.tensor([-.030, -.088, -.188]).double().view(1, 3, 1, 1)
scale = torch.tensor([.458, .448, .450]).double().view(1, 3, 1, 1)


def taps(x):
    x, found, n = (x - shift) / scale, [], 0
    for block, count in enumerate((2, 2, 3, 3, 3)):
        if block:
            x, n = F.max_pool2d(x, 2, 2), n + 1
        for _ in range(count):
            x = F.relu(F.conv2d(x, vgg["features.%d.weight" % n].double(), vgg["features.%d.bias" % n].double(), padding=1))
            n += 2
        found.append(x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10))
    return found


for size in (images.shape[-1], 33):
    a, b = (taps(images[i:i + 1, :, :size, :size]) for i in (0, 1))
    print(size, sum(F.conv2d((p - q).square(), heads["lin%d.model.1.weight" % i].double()).mean((2, 3))
                    for i, (p, q) in enumerate(zip(a, b))).item())
