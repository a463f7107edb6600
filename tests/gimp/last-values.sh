# SPDX-License-Identifier: GPL-3.0-or-later
cat >gimp/stylemap-last-values <<'VALUES'
[plug-in-stylemap-interpolate]
model=./tiny.safetensors
frames=3
frame-ms=250

[plug-in-stylemap-transplant]
model=./tiny.safetensors
strength=nonsense
mask-rule=77
feather=0

[plug-in-stylemap-reconstruct]
model=./tiny.safetensors
refine=true
refine-steps=2
VALUES
