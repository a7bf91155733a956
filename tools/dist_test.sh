#!/usr/bin/env bash
# Test a run on several GPUs, or with several CPU processes where there is no GPU.
# example: tools/dist_test.sh work_dirs/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum 4
SCRIPT=test.py exec "$(dirname "$0")/dist_train.sh" "$@"
