"""A judge of sketches that sees sets of points along strokes: a set transformer of .1 M parameters.

Its seed, length and batches are its own, so that no option given to a generator changes its judge.

Command: python tools/train.py configs/sketch_judge_points.py
"""

_base_ = ["_base_/runtime.py", "_base_/sketch.py"]
judge_seed = 7002
judge_iters = 400
judge_warmup = 50
randomness = dict(seed="${judge_seed}")
model = dict(
    type="Learner",
    network=dict(type="StrokePointClassifier", num_classes="${num_classes}"),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="label")),
)
train_dataloader = dict(batch_size=64)
val_evaluator = [dict(type="Accuracy")]
optim_wrapper = dict(
    type="EngineOptimWrapper", optimizer=dict(type="AdamW", lr=2e-3, weight_decay=0.02), clip_grad=dict(max_norm=1.0)
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.02, by_epoch=False, begin=0, end="${judge_warmup}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${judge_warmup}", end="${judge_iters}", eta_min_ratio=0.01),
]
train_cfg = dict(max_iters="${judge_iters}", val_interval=100)
custom_hooks = [dict(type="EMAHook", decay=0.99)]
default_hooks = dict(log=dict(interval=20), checkpoint=dict(by_epoch=False, interval=100))
