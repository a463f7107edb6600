#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The rows of a manifest over the nodes of a Slurm cluster, whose folders they share. What was lost (a node, the time limit)
# is gone on with by submitting it again. Then: stylemap batch --merge done/stylemap-batch-*.jsonl
#   sbatch --array=1-16 slurm.sh rows.csv done
#SBATCH --job-name=stylemap
#SBATCH --cpus-per-task=4
#SBATCH --requeue
set -eu
exec stylemap batch "$1" -o "$2" --resume --quiet --jobs "${SLURM_CPUS_PER_TASK:-1}" --threads 1 \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
