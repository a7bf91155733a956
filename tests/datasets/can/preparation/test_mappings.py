import pytest
from raw_can import SURVIVAL, write_car_hacking, write_common, write_survival

from stillhouse.datasets.can import CANFormatError
from stillhouse.datasets.can.preparation.mappings import car_hacking, common, survival


def by_target(raw) -> dict:
    return {
        recipe.target: (str(recipe.raw.relative_to(raw.folder)), recipe.begin, recipe.end) for recipe in raw.recipes
    }


def test_an_attack_file_of_car_hacking_trains_first_and_tests_afterwards(tmp_path):
    write_car_hacking(tmp_path, rows=10)
    (tmp_path / "README.txt").write_text("")
    (tmp_path / "other.csv").write_text("")
    raw = car_hacking(tmp_path, "hcrl_ch", 0.7)
    found = by_target(raw)
    assert len(found) == 9 and raw.missing == [] and raw.unmapped == ["other.csv"]
    assert found["train_01_attack_free/attack-free-1.csv"] == ("normal_run_data/normal_run_data.txt", 0, 1)
    for name, split, attack in (
        ("DoS", "test_01_DoS", "DoS"),
        ("Fuzzy", "test_02_fuzzing", "fuzzing"),
        ("gear", "test_03_gear_spoofing", "gear_spoofing"),
        ("RPM", "test_04_rpm_spoofing", "rpm_spoofing"),
    ):
        assert found[f"train_02_with_attacks/{attack}-1.csv"] == (f"{name}_dataset.csv", 0, 0.7)
        assert found[f"{split}/{attack}-2.csv"] == (f"{name}_dataset.csv", 0.7, 1)
    sides = [recipe.is_train for recipe in raw.recipes]
    assert sides == sorted(sides, reverse=True)


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan")])
def test_a_share_out_of_range(tmp_path, share):
    with pytest.raises(CANFormatError, match=r"train_share: got .*, expected a share in \(0, 1\). 0.8 is the default"):
        car_hacking(tmp_path, "hcrl_ch", share)


def test_each_file_of_survival_belongs_to_one_split(tmp_path):
    write_survival(tmp_path, rows=5)
    found = by_target(survival(tmp_path, "hcrl_sa"))
    assert found == {f"{target}.csv": (f"{raw}.txt", 0, 1) for raw, target in SURVIVAL.items()}


def test_what_survival_lacks_is_named_and_a_second_file_of_a_kind_gets_a_number(tmp_path):
    write_survival(tmp_path, rows=5)
    (tmp_path / "Soul" / "Flooding_dataset_KIA.txt").unlink()
    (tmp_path / "Soul" / "Malfunction2_dataset_KIA.txt").write_text("1.0,0316,0,R\n")
    raw = survival(tmp_path, "hcrl_sa")
    assert raw.missing == ["train_02_with_attacks/DoS-kia"]
    assert "test_03_known_vehicle_unknown_attack/malfunction-kia-2.csv" in by_target(raw)


def test_the_common_layout_keeps_splits_and_names(tmp_path):
    expected = write_common(tmp_path / "a", rows=5)
    (tmp_path / "a" / "test_01_known_vehicle_known_attack__flat-7.parquet").write_bytes(b"")
    (tmp_path / "a" / "notes").mkdir()
    (tmp_path / "a" / "notes" / "x.csv").write_text("")
    raw = common(tmp_path / "a", "set_01")
    extra = {"train_02_with_attacks/accessory-1.csv", "test_01_known_vehicle_known_attack/flat-7.csv"}
    assert set(by_target(raw)) == set(expected) | extra
    assert (raw.missing, raw.unmapped) == ([], ["notes/x.csv"])
    assert common(tmp_path / "a", "hcrl_ch").missing == [
        "test_01_DoS",
        "test_02_fuzzing",
        "test_03_gear_spoofing",
        "test_04_rpm_spoofing",
    ]


def test_two_files_for_one_recording(tmp_path):
    write_common(tmp_path, rows=5)
    (tmp_path / "train_01_attack_free__accessory-1.parquet").write_bytes(b"")
    with pytest.raises(CANFormatError, match=r"got train_01_attack_free/accessory-1\.csv a second time, after .*"):
        common(tmp_path, "set_01")
