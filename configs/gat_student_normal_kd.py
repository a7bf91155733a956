"""The small GAT, trained on all windows, distilled from the large one.

Command: python tools/train.py configs/gat_student_normal_kd.py --with-companions --cfg-options data_root=...
"""

_base_ = ["_base_/runtime.py", "_base_/can.py"]
run = dict(model="gat", model_size="student", mode="normal")
model = dict(
    type="Learner",
    network=dict(
        type="GAT", num_ids="${num_ids}", embedding_dim=8, hidden_dim=24, num_layers=2, num_heads=4, fc_dim=128
    ),
    losses=dict(cross_entropy=dict(type="CrossEntropy", logits="logits", target="y")),
)
custom_hooks = [
    dict(type="EMAHook", decay=0.999),
    dict(
        type="KDHook",
        teacher=dict(config="configs/gat_teacher_normal.py", checkpoint="auto"),
        temperature=4.0,
        alpha=0.7,
    ),
]
