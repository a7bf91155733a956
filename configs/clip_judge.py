"""A second small CLIP, wider and of another seed than ``clip_tiny``, that knows all 32 synthetic classes and scribbles: a judge.

Command: python tools/make_sketches.py data/sketches_all --every-class --train 100 --validation 30 --test 0
Command: python tools/train.py configs/clip_judge.py
Hardware: one CPU core, 1,600 steps (x86, AMD EPYC, shared; PyTorch 2.15), 18 minutes with company.
Expected, seed 4002: class retrieval of validation photos, sketches and photo to another sketch 1.00.
"""

_base_ = ["clip_tiny.py"]
judge_root = "data/sketches_all"
judge_classes = 32
clip_seed = 4002
clip_iters = 1600
model = dict(network=dict(width=24, embedding_width=96))
train_dataloader = dict(dataset=dict(root="${judge_root}", num_classes="${judge_classes}"))
val_dataloader = dict(dataset=dict(root="${judge_root}", num_classes="${judge_classes}"))
val_evaluator = [dict(type="RetrievalAccuracy", num_classes="${judge_classes}")]
