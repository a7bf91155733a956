"""A small GPT on the text of a file, in tokens of a byte-level BPE learned from that file.

Command: python tools/train.py configs/minigpt.py
Hardware: one CPU core, about 10 s of CPU time for 100 steps of 16 sequences (x86, AMD EPYC, shared; PyTorch 2.15).
Expected, seed 0: 5.4 nats a token (a uniform guess: 6.2) on the end of ARCHITECTURE.md; at 1.9 bytes a token 2.8 nats a byte.
"""

_base_ = ["_base_/runtime.py"]
text_file = "ARCHITECTURE.md"
vocabulary = 512
tokenizer = dict(type="ByteBPE", vocabulary="${vocabulary}")
model = dict(
    type="Learner",
    network=dict(
        type="MiniGPT", vocabulary="${vocabulary}", context=64, width=64, num_layers=2, num_heads=4, tied=True
    ),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="next_tokens")),
)
train_dataloader = dict(
    batch_size=16, dataset=dict(type="TextFile", path="${text_file}", split="train", tokenizer="${tokenizer}")
)
val_dataloader = dict(
    batch_size=16, dataset=dict(type="TextFile", path="${text_file}", split="val", tokenizer="${tokenizer}")
)
val_evaluator = [dict(type="TermMean", names=["nll"])]
optim_wrapper = dict(type="EngineOptimWrapper", optimizer=dict(type="AdamW", lr=1e-3), clip_grad=dict(max_norm=1.0))
param_scheduler = [dict(type="CosineAnnealingLR", by_epoch=True, T_max=25)]
train_cfg = dict(type="TrainLoop", max_epochs=25, val_interval=5)
val_cfg = dict(type="ValLoop")
custom_hooks = [dict(type="EMAHook", decay=0.99)]
