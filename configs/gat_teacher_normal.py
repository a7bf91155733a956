"""The large GAT, trained on all windows.

Command: python tools/train.py configs/gat_teacher_normal.py --with-companions --cfg-options data_root=...
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
run = dict(model="gat", model_size="teacher", mode="normal")
model = dict(
    type="Learner",
    network=dict(type="GAT", num_ids="${num_ids}", embedding_dim=32, hidden_dim=64, num_layers=5, num_heads=8),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="y")),
)
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
]
