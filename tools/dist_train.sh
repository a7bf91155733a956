#!/usr/bin/env bash
# Train a config on several GPUs, or with several CPU processes where there is no GPU.
# example: tools/dist_train.sh configs/gat_student_curriculum_kd.py 4 --amp
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and PORT on each.
set -euo pipefail
if [ $# -lt 2 ]; then
    echo "usage: $0 CONFIG GPUS [arguments of tools/train.py]" >&2
    exit 2
fi
config=$1 gpus=$2
shift 2
exec python -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --nproc_per_node="$gpus" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    "$(dirname "$0")/${SCRIPT:-train.py}" "$config" --launcher pytorch "$@"
