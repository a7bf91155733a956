"""A character-level GPT on the text of a file.

Command: python tools/train.py configs/minigpt.py
Hardware: one CPU core. Wall time: under a minute there, 280 steps of 16 sequences.
Expected, seed 0: about 2.8 nats a byte on the end of ARCHITECTURE.md (a uniform guess: 5.5).
"""

_base_ = ["_base_/runtime.py"]
text_file = "ARCHITECTURE.md"
model = dict(
    type="Learner",
    network=dict(type="MiniGPT", vocabulary=256, context=64, width=64, num_layers=2, num_heads=4),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
)
train_dataloader = dict(batch_size=16, dataset=dict(type="TextFile", path="${text_file}", split="train"))
val_dataloader = dict(batch_size=16, dataset=dict(type="TextFile", path="${text_file}", split="val"))
val_evaluator = [dict(type="TermMean", names=["nll"])]
optim_wrapper = dict(type="EngineOptimWrapper", optimizer=dict(type="AdamW", lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [dict(type="CosineAnnealingLR", by_epoch=True, T_max=40)]
train_cfg = dict(type="TrainLoop", max_epochs=40, val_interval=5)
val_cfg = dict(type="ValLoop")
custom_hooks = [dict(type="EMAHook", decay=0.99)]
