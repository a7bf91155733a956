"""Text to an image-like latent: the full network (25.5 M parameters) for 500 steps on a CPU.

Command: python tools/train.py configs/phase1_quick_test.py
Hardware: two CPU cores with bf16. CPU time: 15.5 minutes of one thread on a shared machine, 500 steps of 16 sentences.
Expected, seed 0 (measured with margin=0.5, pair_margin=0.9): every criterion of tools/eval_phase1.py but the linear probe, which 500 steps
do not reach; alpha 1.99, participation ratio 14.4, gradient kurtosis 8.9.
"""

_base_ = ["_base_/runtime.py", "_base_/latent.py", "_base_/latent_priors.py"]
learning_rate = 5e-4
val_interval = 100
train_dataloader = dict(batch_size=8, dataset=dict(neighbours=True))
optim_wrapper = dict(precision="bf16")
custom_hooks = [
    dict(type="BlurWarmupHook", name="latent", sigma=0.8, taps=7, steps=100),
    dict(type="EMAHook", decay=0.999),
]
default_hooks = dict(log=dict(interval=10), checkpoint=dict(by_epoch=False, interval="${val_interval}"))
