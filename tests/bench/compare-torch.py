# SPDX-License-Identifier: GPL-3.0-or-later
"""One joint iteration (all losses but the perceptual one) in PyTorch: the peer of train-step.c.
usage: compare-torch.py FOLDER_OF_STYLEMAP_TORCH ITERATIONS BATCH SIZE THREADS"""
import sys
import time

sys.path.insert(0, sys.argv[1])
import torch
import torch.nn.functional as F
from stylemap_torch import Discriminator, Encoder, Generator

iterations, batch, size, threads = map(int, sys.argv[2:6])
torch.manual_seed(1)
torch.set_num_threads(threads)
last = torch.channels_last


def channels_last(net):  # Module.to refuses the styled layers' weights of rank 5
    for p in net.parameters():
        if p.dim() == 4:
            p.data = p.data.contiguous(memory_format=last)
    return net


G = channels_last(Generator(size, 64, 8, 2048, 128))
E = channels_last(Encoder(size, 64, 8, 2048, 128))
D = channels_last(Discriminator(size, 2048, 128))
g_opt = torch.optim.Adam(G.parameters(), lr=0.002, betas=(0.0, 0.99))
e_opt = torch.optim.Adam(E.parameters(), lr=0.002, betas=(0.0, 0.99))
d_opt = torch.optim.Adam(D.parameters(), lr=0.002 * 16 / 17, betas=(0.0, 0.99 ** (16 / 17)))
ema = [[p.detach().clone() for p in net.parameters()] for net in (G, E)]
x = (torch.randn(batch, 3, size, size) / 2).contiguous(memory_format=last)


def learn(net, on):
    for p in net.parameters():
        p.requires_grad_(on)


def step(r1):
    z = torch.randn(batch, 64)
    learn(D, False)
    w = G.map(z)
    image = G(w)
    g_opt.zero_grad()
    F.softplus(-D(image)).mean().backward()
    g_opt.step()
    image, w = image.detach(), w.detach()
    e_opt.zero_grad()
    F.mse_loss(E(image), w).backward()
    e_opt.step()

    learn(D, True)
    with torch.no_grad():
        made = G(G.map(torch.randn(batch, 64)))
    rebuilt = G(E(x))
    d_opt.zero_grad()
    (F.softplus(-D(x)).mean() + F.softplus(D(made)).mean() + F.softplus(D(rebuilt.detach())).mean()).backward()
    d_opt.step()
    if r1:
        real = x.clone().requires_grad_(True)
        grad, = torch.autograd.grad(D(real).sum(), real, create_graph=True)
        d_opt.zero_grad()
        (10 / 2 * 16 * grad.pow(2).flatten(1).sum(1).mean()).backward()
        d_opt.step()

    learn(D, False)
    g_opt.zero_grad()
    e_opt.zero_grad()
    (F.mse_loss(rebuilt, x) + F.softplus(-D(rebuilt)).mean()).backward()
    e_opt.step()
    g_opt.step()
    with torch.no_grad():
        for kept, net in zip(ema, (G, E)):
            for a, p in zip(kept, net.parameters()):
                a.mul_(0.999).add_(p, alpha=0.001)


def timed(r1):
    start = time.perf_counter()
    step(r1)
    return time.perf_counter() - start


timed(False)  # takes memory; not counted
with_r1 = timed(True)
plain = sum(timed(False) for _ in range(iterations)) / iterations
# Not ru_maxrss, which begins with that of the program that started this one.
peak = int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
print("%.2f images/s (iteration %.2f s, with R1 %.2f s), %.2f GB" % (
    batch / (plain + (with_r1 - plain) / 16), plain, with_r1,
    peak / 2 ** 20))
