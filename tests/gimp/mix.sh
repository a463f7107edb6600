# SPDX-License-Identifier: GPL-3.0-or-later
# The same by the command: coarse of the target, fine of the reference.
"$COMMAND" mix "$SOURCE/models/toon-portraits-128.safetensors" target.png reference.png -o mixed.png
