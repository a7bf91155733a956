"""The table of shares, number by number."""

from stillhouse.datasets.can import CANGraphs
from stillhouse.datasets.can.safety_factors import SAFETY_FACTORS


def test_the_table():
    assert SAFETY_FACTORS == {
        "hcrl_ch": 0.6, "hcrl_sa": 0.55, "set_01": 0.55, "set_02": 0.35, "set_03": 0.35, "set_04": 0.35, "default": 0.5,
        "hcrl_ch_kd": 0.45, "hcrl_sa_kd": 0.41, "set_01_kd": 0.41, "set_02_kd": 0.26, "set_03_kd": 0.26, "set_04_kd": 0.26,
        "default_kd": 0.38,
    }  # fmt: skip


def test_a_loader_can_name_them():
    assert CANGraphs.budget_factors is SAFETY_FACTORS
