#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
# The detector of generated pictures, a ResNet-50 with one output, narrow, in PyTorch: what detector.c is compared with. An own
# statement of the network, itself compared here with torchvision's at its own width; and the average precision of
# scikit-learn. Debian: python3-torch, python3-torchvision, python3-sklearn.
# usage: detector.py FOLDER: writes detector-legacy.pth (in the published form) and detector-golden.safetensors
import sys

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from sklearn.metrics import average_precision_score

from written import write

BLOCKS = (3, 4, 6, 3)


def norm(s, name, x):
    n = [s[name + "." + k].to(x.dtype) for k in ("running_mean", "running_var", "weight", "bias")]
    return F.batch_norm(x, *n, False, 0, 1e-5)


def conv(s, name, n, x, stride, padding):
    return norm(s, n, F.conv2d(x, s[name + ".weight"].to(x.dtype), stride=stride, padding=padding))


def score(s, x):
    """Of pictures in 0..1."""
    mean, std = (torch.tensor(v, dtype=x.dtype).view(1, 3, 1, 1) for v in ((.485, .456, .406), (.229, .224, .225)))
    x = F.max_pool2d(F.relu(conv(s, "conv1", "bn1", (x - mean) / std, 2, 3)), 3, 2, 1)
    for stage, count in enumerate(BLOCKS):
        for i in range(count):
            b, stride = "layer%d.%d." % (stage + 1, i), 2 if stage and not i else 1
            y = F.relu(conv(s, b + "conv1", b + "bn1", x, 1, 0))
            y = F.relu(conv(s, b + "conv2", b + "bn2", y, stride, 1))
            y = conv(s, b + "conv3", b + "bn3", y, 1, 0)
            x = F.relu(y + (x if i else conv(s, b + "downsample.0", b + "downsample.1", x, stride, 0)))
    return F.linear(x.mean((2, 3)), s["fc.weight"].to(x.dtype), s["fc.bias"].to(x.dtype))[:, 0]


def fill(s, name, cout, cin, k, n):
    s[name + ".weight"] = torch.randn(cout, cin, k, k) * (2 / (cin * k * k)) ** 0.5
    s[n + ".weight"] = torch.rand(cout) + 0.5
    s[n + ".bias"] = torch.randn(cout) * 0.3
    s[n + ".running_mean"] = torch.randn(cout) * 0.2
    s[n + ".running_var"] = torch.rand(cout) + 0.5
    s[n + ".num_batches_tracked"] = torch.tensor(7)


def weights(first, planes, out):
    s, cin = {}, first
    fill(s, "conv1", first, 3, 7, "bn1")
    for stage, count in enumerate(BLOCKS):
        for i in range(count):
            b, p, o = "layer%d.%d." % (stage + 1, i), planes[stage], out[stage]
            fill(s, b + "conv1", p, cin, 1, b + "bn1")
            fill(s, b + "conv2", p, p, 3, b + "bn2")
            fill(s, b + "conv3", o, p, 1, b + "bn3")
            s[b + "bn3.weight"] *= 0.4  # else the sums grow from block to block
            if not i:
                fill(s, b + "downsample.0", o, cin, 1, b + "downsample.1")
            cin = o
    s["fc.weight"], s["fc.bias"] = torch.randn(1, cin), torch.tensor([0.25])
    return s


torch.manual_seed(5)
with torch.no_grad():
    s = weights(64, (64, 128, 256, 512), (256, 512, 1024, 2048))
    theirs = torchvision.models.resnet50(num_classes=1)
    theirs.load_state_dict(s)
    theirs = torchvision.transforms.Compose([torchvision.transforms.Normalize((.485, .456, .406), (.229, .224, .225)),
                                             theirs.double().eval()])
    x = torch.rand(2, 3, 70, 70).double()
    assert (theirs(x)[:, 0] - score(s, x)).abs().max() < 1e-6 * score(s, x).abs().max(), "this is not torchvision's network"

    s = weights(3, (2, 3, 2, 4), (5, 4, 6, 7))
    small = F.interpolate(torch.rand(2, 3, 9, 9), size=45, mode="bicubic").clamp(0, 1)  # odd: every step of two leaves a row
    small = (small * 255).round() / 255
    large = F.interpolate(torch.rand(1, 3, 20, 20), size=66, mode="bicubic").clamp(0, 1)
    golden = {"small": small * 2 - 1, "small-scores": score(s, small.double()),
              "large": large * 2 - 1, "large-scores": score(s, large.double())}
    torch.save({"model": s, "optimizer": {"state": {1: {"step": 3, "exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-4}]},
                "total_steps": 9}, sys.argv[1] + "/detector-legacy.pth", _use_new_zipfile_serialization=False)
    write(sys.argv[1] + "/detector-golden.safetensors", golden)
    print({k: v.tolist() for k, v in golden.items() if k.endswith("scores")})

# The numbers in detector.c: scores of a row, many of them equal.
state = 1
for count, levels in ((20, 1000), (50, 7), (200, 40)):
    scores, classes = [], []
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        classes.append(int(state >> 31))
        state = (state * 1664525 + 1013904223) % 2**32
        scores.append((state >> 8) % levels + 3 * classes[-1] * levels // 20)
    print("{%d, %d, %.15g}" % (count, levels, average_precision_score(np.array(classes), np.array(scores, dtype=np.float32))))
