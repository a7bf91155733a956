"""The attack in a recording's name."""

import pytest

from stillhouse.engine.evaluation.attack_names import attack_name


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("test_01_known_vehicle_known_attack/DoS-3", "DoS"),
        ("test_04/targeted_payload_fuzzing-2", "targeted_payload_fuzzing"),
        ("test_02_unknown_vehicle_known_attack/fuzzing-Spark", "fuzzing"),
        ("test_03/malfunction-kia", "malfunction"),
        ("test_03/gear-stealthy-A-1", "gear-stealthy"),
        ("test_03/id-sweep-B-12", "id-sweep"),
        ("rpm_2", "rpm"),
        ("test_01/kia", "kia"),
        ("test_01/7", "7"),
    ],
)
def test_split_number_and_vehicle_are_left_out(source: str, expected: str):
    assert attack_name(source) == expected
