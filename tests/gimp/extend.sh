# SPDX-License-Identifier: GPL-3.0-or-later
cat >gimp/stylemap-last-values <<'VALUES'
[plug-in-stylemap-transplant]
model=./tiny.safetensors
feather=0
extend=true
VALUES
