"""Flow-DPO as it is usually set: beta 2,000, small batches, nothing but the preferences.

Command: python tools/train.py configs/sketch_flow_dpo_plan.py --with-companions --cfg-options preferences=data/preferences
Expected, the same answers, seed 0: wins .51; at learning_rate=1e-4 .95, with gaps 1.5 times the base's and an MMD ratio of 3.7.
"""

_base_ = ["sketch_flow_dpo.py"]
beta = 2000.0
batch_size = 32
continuity_weight = 0.0
learning_rate = 1e-5
max_epochs = 10
