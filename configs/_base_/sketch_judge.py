"""How judges of sketches are trained. Seed, length and batches are their own: no option given to a generator changes its judge."""

_base_ = ["runtime.py", "sketch.py"]
judge_iters = 400
judge_warmup = 50
randomness = dict(seed="${judge_seed}")
model = dict(
    type="Learner",
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
