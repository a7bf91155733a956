"""Sentences of small scenes, and the statistics by which their latents are judged (see docs/latent.md).

``sentences`` names a file of tools/generate_sentences.py; without one the sentences are generated in memory.
"""

sentences = None
num_sentences = 5000
complexity = 1
sentences_seed = 0
tokenizer = dict(type="CorpusBPE", vocabulary=32_000)
val_interval = 25
data = dict(
    type="SceneSentences",
    path="${sentences}",
    num="${num_sentences}",
    complexity="${complexity}",
    seed="${sentences_seed}",
    tokenizer="${tokenizer}",
)
train_dataloader = dict(batch_size=16, drop_last=True, dataset=dict(split="train", **data))
val_dataloader = dict(batch_size=50, dataset=dict(split="val", **data))
val_evaluator = [dict(type="LatentStatistics")]
train_cfg = dict(type="TrainLoop", max_iters="${max_iters}", val_interval="${val_interval}")
val_cfg = dict(type="ValLoop")
del data
