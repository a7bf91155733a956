"""Text to an image-like latent by the documented losses, which collapse: kept to show the trap, and that the verdict sees it.

Command: python tools/train.py configs/phase1_plan.py
Hardware: two CPU cores with bf16. CPU time: 2 to 3 minutes of one thread for 100 of its 500 steps of 16 sentences.
Expected, seed 0: FAIL by tools/eval_phase1.py, a dead latent; the variance is below 4e-5 after 100 steps. docs/latent.md has the figures of
500 steps with the reduced network.
"""

_base_ = ["_base_/runtime.py", "_base_/latent.py"]
max_iters = 500
warmup_iters = 100
val_interval = 100
model = dict(
    type="Learner",
    network=dict(
        type="TextToGrid",
        query_init="white",
        padding="zeros",
        output_norm=False,
        normalise=False,
        initialisation="small",
    ),
    losses=dict(
        spectrum=dict(type="SpectralSlope", form="raw", weight=0.5),
        tv=dict(type="TotalVariation", form="raw", weight=0.1),
        wavelet=dict(type="WaveletMagnitude", form="raw", weight=0.1),
        kurtosis=dict(type="GradientKurtosis", form="raw", weight=0.05),
        covariance=dict(type="ChannelCovariance", form="raw", weight=0.05),
        variance=dict(type="MapVariance", form="raw", weight=0.05),
    ),
)
optim_wrapper = dict(
    type="EngineOptimWrapper",
    optimizer=dict(type="AdamW", lr=2e-4, betas=(0.9, 0.95), weight_decay=0.01),
    clip_grad=dict(max_norm=1.0),
    precision="bf16",
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end="${warmup_iters}"),
    dict(type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min=0.0),
]
custom_hooks = [
    dict(type="BlurWarmupHook", name="latent", sigma=0.8, taps=7, steps=2000),
    dict(type="EMAHook", decay=0.999),
]
default_hooks = dict(log=dict(interval=10), checkpoint=dict(by_epoch=False, interval="${val_interval}"))
