# SPDX-License-Identifier: GPL-3.0-or-later
# A model that goes.
cp tiny.safetensors other.safetensors
