# SPDX-License-Identifier: GPL-3.0-or-later
# The models of the tests are the tree's: what is imported goes into a folder of its own.
rm -f data/stylemap/models
mkdir -p data/stylemap/models
for model in "$SOURCE"/models/*; do ln -s "$model" data/stylemap/models/; done
