"""CAN traffic as graphs of 100 frames; ``data_root`` holds the common layout (see docs/can.md)."""

data_root = "data/can_synthetic"
num_ids = 256
max_epochs = 20
cache_dir = "work_dirs/cache"
run = dict(modality="automotive", dataset="${data_root}")
data = dict(type="CANGraphs", root="${data_root}", num_ids="${num_ids}", cache_dir="${cache_dir}")
train_dataloader = dict(batch_size=32, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=128, dataset=dict(split="val", **data))
test_dataloader = dict(batch_size=128, dataset=dict(split="test", **data))
val_evaluator = [dict(type="DetectionMetric")]
test_evaluator = [dict(type="DetectionMetric")]
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
