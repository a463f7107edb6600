# SPDX-License-Identifier: GPL-3.0-or-later
# STACKS=200 by hand; FIRST=N begins with another.
echo "(define first ${FIRST:-1}) (define n-stacks ${STACKS:-10})" >stacks-range.scm
