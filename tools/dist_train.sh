#!/usr/bin/env bash
# Train a config on several GPUs, or with several CPU processes where there is no GPU.
# example: tools/dist_train.sh configs/gat_student_curriculum_kd.py 4 --amp
# Restarts: MAX_RESTARTS=3 tools/dist_train.sh CONFIG 4 --resume  starts all processes again, at most three times, when one of
#   them dies, and they go on from the last checkpoint.
# Several machines: set NNODES, MASTER_ADDR (one of them) and PORT, alike on each; RUN_ID tells runs apart that share a PORT.
set -euo pipefail
if [ $# -lt 2 ]; then
    echo "usage: $0 CONFIG GPUS [arguments of tools/train.py]" >&2
    exit 2
fi
config=$1 gpus=$2
shift 2
if [ "${MAX_RESTARTS:-0}" -gt 0 ] && [[ " $* " != *" --resume "* ]]; then
    echo "error: MAX_RESTARTS=$MAX_RESTARTS needs --resume, so that restarted processes go on from the last checkpoint" >&2
    exit 2
fi
if [[ " $* " == *" --restart "* && " $* " == *" --resume "* ]]; then
    echo "error: --restart would move the run aside at every restart; run it once without --resume and MAX_RESTARTS" >&2
    exit 2
fi
if [ "${NNODES:-1}" = 1 ]; then
    meet=(--standalone)  # on a free port
else
    meet=(--nnodes="$NNODES" --rdzv-backend=c10d --rdzv-endpoint="${MASTER_ADDR:?names one of the machines}:${PORT:-29500}"
        --rdzv-id="${RUN_ID:-stillhouse}")
fi
# Otherwise restarted processes would read in torchrun's store where the dead ones listened.
export TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1
exec python -m torch.distributed.run "${meet[@]}" --nproc-per-node="$gpus" --max-restarts="${MAX_RESTARTS:-0}" \
    "$(dirname "$0")/${SCRIPT:-train.py}" "$config" --launcher pytorch "$@"
