"""A judge of sketches by pictures that knows all 32 synthetic classes, those unseen by generators too.

Command: python tools/make_sketches.py data/sketches_all --every-class --train 100 --validation 30 --test 0
Command: python tools/train.py configs/sketch_judge_raster_all.py
Expected: accuracy .999 on validation sketches.
"""

_base_ = ["sketch_judge_raster.py"]
judge_root = "data/sketches_all"
judge_seed = 7011
judge_classes = 32
judge_iters = 800
model = dict(network=dict(num_classes="${judge_classes}"))
train_dataloader = dict(dataset=dict(root="${judge_root}", num_classes="${judge_classes}"))
val_dataloader = dict(dataset=dict(root="${judge_root}", num_classes="${judge_classes}"))
