#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A checkpoint with the names, shapes and form of the published ones, and random weights (Debian's python3-torch).
usage: published.py SIZE OUT.pt [legacy] [small] [spatial=8] [base=32768] [cap=512] [dim=64] [names]
  `small`: the 1024 x 1024 models' light generator; `names`: prints "name shape" of every tensor and writes nothing"""
import argparse
import collections
import math
import sys

import torch

words = sys.argv[3:]
options = {"spatial": 8, "base": 32768, "cap": 512, "dim": 64, **{k: int(v) for k, v in (w.split("=") for w in words if "=" in w)}}
size, out = int(sys.argv[1]), sys.argv[2]
spatial, dim, small = options["spatial"], options["dim"], "small" in words
torch.manual_seed(1)


def ch(r):
    return min(options["cap"], options["base"] // r)


def style(r):
    return dim if small else ch(r)


def kernel(gain):
    k = torch.tensor([1., 3, 3, 1])
    return k[:, None] * k[None] / 64 * gain


def conv(state, name, cout, cin, k):
    state[name + ".weight"] = torch.randn(cout, cin, k, k)


def layer(state, name, cout, cin, k, mode="", act=True):
    n = 0
    if mode == "down":
        state["%s.0.kernel" % name], n = kernel(1), 1
    conv(state, "%s.%d" % (name, n), cout, cin, k)
    if mode == "up":
        n += 1
        state["%s.%d.kernel" % (name, n)] = kernel(4)
    if act:
        state["%s.%d.bias" % (name, n + 1)] = 0.1 * torch.randn(cout)


def styled(state, name, cout, cin, k, s, up=False):
    state[name + ".conv.weight"] = torch.randn(1, cout, cin, k, k)
    for part, bias in (("gamma", 1), ("beta", 0)):
        conv(state, "%s.conv.%s" % (name, part), cin, s, 3)
        state["%s.conv.%s.weight" % (name, part)] *= 0.1
        state["%s.conv.%s.bias" % (name, part)] = torch.full((cin,), float(bias))
    if up:
        state[name + ".conv.blur.kernel"] = kernel(4)
    state[name + ".activate.bias"] = 0.1 * torch.randn(cout)


g, e = collections.OrderedDict(), collections.OrderedDict()
for i in range(1, 9):
    n = dim if i < 8 else dim * spatial * spatial
    g["mapping_z.%d.weight" % i], g["mapping_z.%d.bias" % i] = torch.randn(n, dim) / 0.01, torch.zeros(n)
g["decoder.input.input"] = torch.randn(1, ch(spatial), spatial, spatial)
styled(g, "decoder.conv1", ch(spatial), ch(spatial), 3, style(spatial))
layer(g, "decoder.convs_latent.0", style(spatial), dim, 3)
layer(g, "decoder.convs_latent.1", style(spatial), style(spatial), 3)
r, i = spatial, 0
while r < size:
    at = "decoder.convs.%d." % i
    styled(g, at + "conv1", ch(2 * r), ch(r), 3, style(r), True)
    styled(g, at + "conv2", ch(2 * r), ch(2 * r), 3, style(2 * r))
    layer(g, at + "skip", ch(2 * r), ch(r), 1, "up", False)
    layer(g, "decoder.convs_latent.%d" % (2 * i + 2), style(2 * r), style(r), 3, "up")
    layer(g, "decoder.convs_latent.%d" % (2 * i + 3), style(2 * r), style(2 * r), 3)
    r, i = 2 * r, i + 1
styled(g, "decoder.to_rgb", 3, ch(size), 1, style(size))
layer(e, "from_rgb", ch(size), 3, 1)
r, i = size, 0
while r > spatial:
    layer(e, "convs.%d.conv1" % i, ch(r), ch(r), 3)
    layer(e, "convs.%d.conv2" % i, ch(r // 2), ch(r), 3, "down")
    layer(e, "convs.%d.skip" % i, ch(r // 2), ch(r), 1, "down", False)
    r, i = r // 2, i + 1
layer(e, "final_conv", dim, ch(spatial), 3)

if "names" in words:
    for prefix, state in (("e_ema.", e), ("g_ema.", g)):
        for name, t in state.items():
            print(prefix + name, list(t.shape))
    sys.exit()
args = argparse.Namespace(size=size, mapping_layer_num=8, latent_channel_size=dim, latent_spatial_size=spatial, lr_mul=0.01,
                          normalize_mode="LayerNorm", small_generator=small, lr=0.002, dataset="random", channel_multiplier=2)
torch.save({"g": {k: v.clone() for k, v in list(g.items())[:4]}, "g_ema": g, "e_ema": e, "train_args": args, "ada_aug_p": 0},
           out, _use_new_zipfile_serialization="legacy" not in words)
