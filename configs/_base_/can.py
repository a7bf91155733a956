"""CAN traffic as graphs of 100 frames; ``data_root`` holds the common layout (see docs/can.md).

``features``: ``profile``, or ``absolute`` with ``in_features=20`` and ``num_ids`` above the number of training identifiers.
"""

data_root = "data/can_synthetic"
features = "profile"
in_features = 28
num_ids = 32
max_epochs = 20
target_fpr = 0.0  # the threshold is the largest score of a benign validation window
cache_dir = "work_dirs/cache"
run = dict(modality="automotive", dataset="${data_root}")
data = dict(
    type="CANGraphs", root="${data_root}", num_ids="${num_ids}", features="${features}", cache_dir="${cache_dir}"
)
train_dataloader = dict(batch_size=32, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=128, dataset=dict(split="val", **data))
test_dataloader = dict(batch_size=128, dataset=dict(split="test", **data))
val_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}")]
test_evaluator = [dict(type="DetectionMetric", target_fpr="${target_fpr}")]
train_cfg = dict(type="TrainLoop", max_epochs="${max_epochs}", val_interval=5)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
param_scheduler = [dict(type="CosineAnnealingLR", by_epoch=True, T_max="${max_epochs}", eta_min_ratio=0.01)]
optim_wrapper = dict(
    type="EngineOptimWrapper",
    optimizer=dict(type="Adam", lr=3e-3, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0),
)
del data
