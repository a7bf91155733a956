"""Shares of a batch that was found to fit in memory, a data set each: the older way to leave room.

A loader with ``node_budget`` bounds what a batch takes directly and needs none of them. They remain for comparison with runs
that used them, as ``budget_factor="hcrl_sa_kd"``.

Source: the published configuration of KD-GAT, arXiv 2507.19686.
"""

PLAIN = {
    "hcrl_ch": 0.6,
    "hcrl_sa": 0.55,
    "set_01": 0.55,
    "set_02": 0.35,
    "set_03": 0.35,
    "set_04": 0.35,
    "default": 0.5,
}
# A teacher's activations and a projection beside the student's.
DISTILLATION = 0.75

SAFETY_FACTORS = {**PLAIN, **{f"{name}_kd": round(factor * DISTILLATION, 2) for name, factor in PLAIN.items()}}
