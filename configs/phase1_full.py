"""Text to an image-like latent: the full network (25.5 M parameters) for 50,000 steps of 256 sentences on a GPU.

Command: python tools/train.py configs/phase1_full.py
Hardware: one GPU, bf16. Wall time and results: not measured yet, no GPU was at hand.
"""

_base_ = ["_base_/runtime.py", "_base_/latent.py", "_base_/latent_priors.py"]
complexity = 2
num_sentences = 50_000
max_iters = 50_000
warmup_iters = 1000
val_interval = 500
learning_rate = 2e-4
train_dataloader = dict(batch_size=128, num_workers=4, dataset=dict(neighbours=True))
val_dataloader = dict(batch_size=250)
optim_wrapper = dict(precision="bf16")
custom_hooks = [
    dict(type="BlurWarmupHook", name="latent", sigma=0.8, taps=7, steps=2000),
    dict(type="EMAHook", decay=0.999),
]
default_hooks = dict(checkpoint=dict(by_epoch=False, interval="${val_interval}"))
