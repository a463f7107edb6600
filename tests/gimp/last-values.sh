# SPDX-License-Identifier: GPL-3.0-or-later
# In 2.10 the plug-in keeps them in a file of its own; GIMP 3 keeps a file for each procedure.
if [ "$GIMP" = 3 ]; then
  mkdir -p gimp/plug-in-settings
  last=gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap
  printf '(model "./tiny.safetensors")\n(frames 3)\n(frame-ms 250)\n(dialog-into "patches")\n' >$last-interpolate.last
  printf '(model "./tiny.safetensors")\n(feather 0.0)\n(strength nonsense)\n' >$last-transplant.last
  printf '(model "./tiny.safetensors")\n(refine yes)\n(refine-steps 2)\n' >$last-reconstruct.last
else
  cat >gimp/stylemap-last-values <<'VALUES'
[plug-in-stylemap-interpolate]
model=./tiny.safetensors
frames=3
frame-ms=250
into=patches

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
fi
