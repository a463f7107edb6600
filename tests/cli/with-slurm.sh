#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a command beside a Slurm cluster of one node that is this machine; as root, by hand:
#   apt-get install slurm-wlm munge
#   tests/cli/with-slurm.sh env STYLEMAP_SLURM=yes tests/cli/shards.sh BUILD/plug-in/cli/stylemap BUILD/tests/cli/test-tool .
# Nothing of the system's own Slurm is used or changed, but munge's key where there is none.
set -eu
folder=$(mktemp -d /tmp/stylemap-slurm-XXXXXX)
pids=()
end() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait
  rm -rf "$folder"
}
trap end EXIT
mkdir "$folder"/{state,spool,log,munge}
chmod 711 "$folder"
chmod 700 "$folder/munge"
dd if=/dev/urandom of="$folder/munge/key" bs=1024 count=1 status=none
chmod 400 "$folder/munge/key"
munged --foreground --force --key-file "$folder/munge/key" --socket "$folder/munge.socket" --pid-file "$folder/munge/pid" \
  --log-file "$folder/munge/log" --seed-file "$folder/munge/seed" &
pids+=($!)
host=$(hostname -s)
cat > "$folder/slurm.conf" << CONF
ClusterName=stylemap
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldPort=16817
SlurmdPort=16818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
MinJobAge=300
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/slurm.conf
sleep 2
slurmctld -D -f "$SLURM_CONF" > "$folder/log/slurmctld" 2>&1 &
pids+=($!)
slurmd -D -f "$SLURM_CONF" > "$folder/log/slurmd" 2>&1 &
pids+=($!)
for _ in $(seq 60); do
  if sinfo -h -o %T 2> /dev/null | grep -q idle; then break; fi
  sleep 1
done
if ! sinfo -h -o %T | grep -q idle; then
  tail -20 "$folder"/log/* >&2
  exit 1
fi
"$@"
