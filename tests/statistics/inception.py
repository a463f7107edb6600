#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Inception v3 as the FID takes it, narrow, in PyTorch: what inception.c is compared with. An own statement of the network, in
# the names of torchvision; the poolings are those of the weights of 2015-12-05. Debian: python3-torch.
# usage: inception.py FOLDER: writes inception-legacy.pth and inception-golden.safetensors
import sys
import torch
import torch.nn.functional as F

from written import write

torch.manual_seed(3)
state = {}


def layer(x, name, out, kernel, stride=1, same=True):
    kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    if name + ".conv.weight" not in state:
        state[name + ".conv.weight"] = torch.randn(out, x.shape[1], kh, kw) * (2 / (x.shape[1] * kh * kw)) ** 0.5
        state[name + ".bn.weight"] = torch.rand(out) + 0.5
        state[name + ".bn.bias"] = torch.randn(out) * 0.3
        state[name + ".bn.running_mean"] = torch.randn(out) * 0.2
        state[name + ".bn.running_var"] = torch.rand(out) + 0.3
        state[name + ".bn.num_batches_tracked"] = torch.tensor(0)
    w = state[name + ".conv.weight"].to(x.dtype)
    x = F.conv2d(x, w, stride=stride, padding=(kh // 2, kw // 2) if same else 0)
    n = [state[name + ".bn." + k].to(x.dtype) for k in ("running_mean", "running_var", "weight", "bias")]
    return F.relu(F.batch_norm(x, *n, False, 0, 0.001))


def mean(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def chain(x, block, *steps):
    for name, out, kernel, *rest in steps:
        x = layer(x, block + "." + name, out, kernel, *rest)
    return x


def block_a(x, b):
    return torch.cat([chain(x, b, ("branch1x1", 3, 1)),
                      chain(x, b, ("branch5x5_1", 2, 1), ("branch5x5_2", 4, 5)),
                      chain(x, b, ("branch3x3dbl_1", 3, 1), ("branch3x3dbl_2", 2, 3), ("branch3x3dbl_3", 5, 3)),
                      chain(mean(x), b, ("branch_pool", 2, 1))], 1)


def block_b(x, b):
    return torch.cat([chain(x, b, ("branch3x3", 4, 3, 2, False)),
                      chain(x, b, ("branch3x3dbl_1", 3, 1), ("branch3x3dbl_2", 2, 3), ("branch3x3dbl_3", 3, 3, 2, False)),
                      F.max_pool2d(x, 3, 2)], 1)


def block_c(x, b):
    return torch.cat([chain(x, b, ("branch1x1", 4, 1)),
                      chain(x, b, ("branch7x7_1", 2, 1), ("branch7x7_2", 3, (1, 7)), ("branch7x7_3", 3, (7, 1))),
                      chain(x, b, ("branch7x7dbl_1", 2, 1), ("branch7x7dbl_2", 3, (7, 1)), ("branch7x7dbl_3", 2, (1, 7)),
                            ("branch7x7dbl_4", 3, (7, 1)), ("branch7x7dbl_5", 4, (1, 7))),
                      chain(mean(x), b, ("branch_pool", 3, 1))], 1)


def block_d(x, b):
    return torch.cat([chain(x, b, ("branch3x3_1", 3, 1), ("branch3x3_2", 5, 3, 2, False)),
                      chain(x, b, ("branch7x7x3_1", 2, 1), ("branch7x7x3_2", 3, (1, 7)), ("branch7x7x3_3", 2, (7, 1)),
                            ("branch7x7x3_4", 4, 3, 2, False)),
                      F.max_pool2d(x, 3, 2)], 1)


def block_e(x, b, pool):
    three = chain(x, b, ("branch3x3_1", 3, 1))
    twice = chain(x, b, ("branch3x3dbl_1", 4, 1), ("branch3x3dbl_2", 3, 3))
    return torch.cat([chain(x, b, ("branch1x1", 5, 1)),
                      chain(three, b, ("branch3x3_2a", 3, (1, 3))), chain(three, b, ("branch3x3_2b", 4, (3, 1))),
                      chain(twice, b, ("branch3x3dbl_3a", 4, (1, 3))), chain(twice, b, ("branch3x3dbl_3b", 3, (3, 1))),
                      chain(pool(x), b, ("branch_pool", 4, 1))], 1)


def features(x):
    x = F.interpolate(x, size=(299, 299), mode="bilinear", align_corners=False)
    x = layer(x, "Conv2d_1a_3x3", 3, 3, 2, False)
    x = layer(x, "Conv2d_2a_3x3", 4, 3, 1, False)
    x = F.max_pool2d(layer(x, "Conv2d_2b_3x3", 3, 3), 3, 2)
    x = layer(x, "Conv2d_3b_1x1", 4, 1, 1, False)
    x = F.max_pool2d(layer(x, "Conv2d_4a_3x3", 5, 3, 1, False), 3, 2)
    for b in "bcd":
        x = block_a(x, "Mixed_5" + b)
    x = block_b(x, "Mixed_6a")
    for b in "bcde":
        x = block_c(x, "Mixed_6" + b)
    x = block_d(x, "Mixed_7a")
    x = block_e(x, "Mixed_7b", mean)
    x = block_e(x, "Mixed_7c", lambda v: F.max_pool2d(v, 3, 1, 1))
    return x.mean((2, 3))


with torch.no_grad():
    small = torch.nn.functional.interpolate(torch.rand(2, 3, 9, 9), size=40, mode="bicubic").clamp(0, 1) * 2 - 1
    small = (small * 127.5).round() / 127.5
    features(small)  # makes the weights
    golden = features(small.double())
torch.save({**state, "fc.weight": torch.zeros(5, golden.shape[1])}, sys.argv[1] + "/inception-legacy.pth",
           _use_new_zipfile_serialization=False)
write(sys.argv[1] + "/inception-golden.safetensors", {"images": small, "features": golden})
print(golden.shape, golden.mean().item(), golden.std().item())
