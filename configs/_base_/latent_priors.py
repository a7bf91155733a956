"""The statistics of natural images as losses, in the forms that a latent cannot meet by fading away."""

max_iters = 500
warmup_iters = 50
learning_rate = 1e-3
model = dict(
    type="Learner",
    network=dict(type="TextToGrid"),
    losses=dict(
        spectrum=dict(type="SpectralSlope", weight=0.5),
        tv=dict(type="TotalVariation", weight=0.1),
        wavelet=dict(type="WaveletMagnitude", weight=0.1),
        kurtosis=dict(type="GradientKurtosis", weight=0.05),
        variance=dict(type="MapVariance", weight=0.05),
        covariance=dict(type="ChannelCovariance", pooled=True, weight=3.0),
        covariance_sample=dict(type="ChannelCovariance", weight=1.5),
        sentences=dict(type="SentenceSeparation", margin=0.8, pair_weight=0.5, pair_margin=0.95),
        border=dict(type="BorderEnergy"),
    ),
)
optim_wrapper = dict(
    type="EngineOptimWrapper",
    optimizer=dict(type="AdamW", lr="${learning_rate}", betas=(0.9, 0.95), weight_decay=0.01),
    clip_grad=dict(max_norm=1.0),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end="${warmup_iters}"),
    dict(
        type="CosineAnnealingLR", by_epoch=False, begin="${warmup_iters}", end="${max_iters}", eta_min_ratio=0.05
    ),
]
