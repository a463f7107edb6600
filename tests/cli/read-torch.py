#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# What `stylemap convert MODEL OUT.pt` wrote, as PyTorch reads it. usage: read-torch.py OUT.pt MODEL.safetensors [STATEMENT IMAGE RESULT]
#   every tensor of g_ema and e_ema is the model's; with an own statement of the network (stylemap_torch.py) its picture of
#   IMAGE is RESULT, both tensors `image`
import importlib.util
import json
import struct
import sys
import torch


def read(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    kinds = {"F32": torch.float32, "F16": torch.float16, "I64": torch.int64}
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(bytearray(data[slice(*t["data_offsets"])]), dtype=kinds[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items()}


checkpoint = torch.load(sys.argv[1], weights_only=True)
assert sorted(checkpoint) == ["e_ema", "g_ema", "train_args"], sorted(checkpoint)
model = read(sys.argv[2])
seen = 0
for state in ("g_ema", "e_ema"):
    for name, value in checkpoint[state].items():
        wanted = model.pop(state + "." + name)
        assert value.shape == wanted.shape and torch.equal(value, wanted.to(value.dtype)), name
        assert value.dtype == (torch.int64 if name.endswith("num_batches_tracked") else torch.float32), name
        seen += 1
left = [name for name in model if name.startswith(("g_ema.", "e_ema."))]
assert seen > 100 and not left, (seen, left)
args = checkpoint["train_args"]
assert args["size"] == 32 and args["lr_mul"] == 0.01 and isinstance(args["small_generator"], bool), args
if len(sys.argv) > 3:
    spec = importlib.util.spec_from_file_location("statement", sys.argv[3])
    net = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(net)
    g_ema, e_ema = checkpoint["g_ema"], checkpoint["e_ema"]
    cap = max(t.shape[1] for n, t in g_ema.items() if n == "decoder.input.input")
    base = e_ema["from_rgb.0.weight"].shape[0] * args["size"]
    g = net.Generator(args["size"], args["latent_channel_size"], args["latent_spatial_size"], base, cap,
                      args["small_generator"], args["normalize_mode"], args["lr_mul"], args["mapping_layer_num"])
    e = net.Encoder(args["size"], args["latent_channel_size"], args["latent_spatial_size"], base, cap)
    g.load_state_dict(g_ema)
    e.load_state_dict(e_ema)
    with torch.no_grad():
        image = g.eval()(e.eval()(read(sys.argv[4])["image"]))
    off = (image - read(sys.argv[5])["image"]).abs().max().item() / max(1, image.abs().max().item())
    assert off < 1e-4, off
    print("picture within", off)
print(seen, "tensors")
