"""How generators of sketches are trained: velocity error, AdamW with warm-up and cosine, averaged weights; and how they are judged."""

warmup_iters = 200
learning_rate = 1e-3
ema_decay = 0.999
losses = dict(velocity=dict(type="MeanSquaredError", output="velocity", target="velocity_target"))
model = dict(type="Learner", network=dict(type="FlowMatching"), losses=losses)
val_evaluator = [
    dict(
        type="SketchStatistics",
        judges=[
            dict(config="configs/sketch_judge_raster.py", checkpoint="auto"),
            dict(config="configs/sketch_judge_points.py", checkpoint="auto"),
        ],
        reference=dict(type="ControlSketch", root="${data_root}", split="train"),
    )
]
optim_wrapper = dict(
    type="EngineOptimWrapper",
    optimizer=dict(type="AdamW", lr="${learning_rate}", weight_decay=0.05),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type="LinearLR", by_epoch=False, start_factor=0.01, begin=0, end="${warmup_iters}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min_ratio=0.01),
]
custom_hooks = [dict(type="EMAHook", decay="${ema_decay}")]
del losses
