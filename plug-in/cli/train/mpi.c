/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap-train-mpi: stylemap train on several machines, `mpirun -np N stylemap-train-mpi DATA_DIR -o RUN_DIR ...`. Every
 * rank works on its part of the batch, gradients are averaged, rank 0 writes. The one program that loads MPI: a rank that
 * dies ends them all (MPI's default), and the last state is whole. */
#include <glib/gi18n-lib.h>
#include <mpi.h>

#include "host/say.h"
#include "cli/train/train.h"

static int sum(void *data, float *values, size_t count) {
  for (size_t at = 0; at < count;) {
    int part = (int)MIN(count - at, (size_t)1 << 28);
    if (MPI_Allreduce(MPI_IN_PLACE, values + at, part, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD) != MPI_SUCCESS) return 1;
    at += (size_t)part;
  }
  return 0;
}

int main(int argc, char **argv) {
  cli_start();
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &train_share.rank);
  MPI_Comm_size(MPI_COMM_WORLD, &train_share.ranks);
  train_share.sum = sum;
  progress_catch_signals(); /* MPI_Init may have taken them */
  GError *error = NULL;
  gboolean done = command_train.run(&command_train, argv, &error);
  progress_end();
  int code = CLI_DONE;
  if (!done) {
    code = g_error_matches(error, HOST_ERROR, HOST_ERROR_CANCELLED) ? CLI_INTERRUPTED : CLI_FAILED;
    if (error->domain == CLI_USAGE_ERROR || error->domain == G_OPTION_ERROR) code = CLI_USAGE;
    g_printerr("stylemap, rank %d: %s\n", train_share.rank, error->message);
    g_error_free(error);
    if (code != CLI_INTERRUPTED) MPI_Abort(MPI_COMM_WORLD, code);
  }
  MPI_Finalize();
  return code;
}
