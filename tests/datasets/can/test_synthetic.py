"""The synthetic data set as files: layout, determinism, labels, realism, and what is refused."""

import hashlib
import json

import numpy as np
import pytest

from stillhouse.datasets.can import synthetic
from stillhouse.datasets.can.bus import frame_us
from stillhouse.datasets.can.synthetic import (
    HEADER,
    MANIFEST,
    SyntheticRootError,
    generate,
    plan_files,
    record,
    to_csv,
)
from stillhouse.datasets.can.vehicle import build_vehicle


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("can") / "set"
    generate(folder, seed=3, size="test")
    return folder


def manifest_of(root):
    return json.loads((root / MANIFEST).read_text())


def plan_of(attack, vehicle="A", rows=20_000):
    plans = [p for p in plan_files(rows, "test") if p.attack == attack and p.vehicle == vehicle]
    return plans[-1]


def recording_of(attack, vehicle="A", seed=0, rows=20_000):
    return record(plan_of(attack, vehicle, rows), build_vehicle(vehicle, seed), seed)


def test_layout_and_split_of_attacks(root):
    entries = {entry["file"] for entry in manifest_of(root)["files"]}
    assert entries == {str(path.relative_to(root)) for path in root.rglob("*.csv")}
    assert "train_01_attack_free/attack-free-A-1.csv" in entries
    train = {name.split("/")[1].rsplit("-", 2)[0] for name in entries if name.startswith("train_02")}
    unknown = {name.split("/")[1].rsplit("-", 2)[0] for name in entries if name.startswith(("test_03", "test_04"))}
    assert not train & unknown
    assert all("-C-" not in name for name in entries if name.startswith(("train", "test_01", "test_03")))


def test_rows_are_in_the_common_format(root):
    lines = (root / "train_01_attack_free/attack-free-A-1.csv").read_text().splitlines(keepends=True)
    assert lines[0] == HEADER
    second, can_id, data, label = lines[1].rstrip("\n").split(",")
    assert second.startswith("1672531200.") and len(second.split(".")[1]) == 6
    assert len(can_id) == 3 and can_id == can_id.upper()
    assert len(bytes.fromhex(data)) in (2, 5, 8) and label == "0"


def test_manifest_counts_and_digests_are_those_of_the_files(root):
    for entry in manifest_of(root)["files"]:
        content = (root / entry["file"]).read_bytes()
        rows = content.decode().splitlines()[1:]
        assert entry["rows"] == len(rows)
        assert entry["attack_rows"] == sum(row.endswith(",1") for row in rows)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_every_attack_row_lies_in_an_episode(root):
    manifest = manifest_of(root)
    for entry in manifest["files"]:
        rows = [row.split(",") for row in (root / entry["file"]).read_text().splitlines()[1:]]
        attacked = np.array([float(row[0]) for row in rows if row[3] == "1"])
        spans = [(e["start_s"], e["end_s"]) for e in manifest["episodes"] if e["file"] == entry["file"]]
        inside = [(attacked >= start - 1e-6) & (attacked <= end + 1e-6) for start, end in spans]
        assert bool(spans) == bool(len(attacked))
        assert not len(attacked) or np.any(inside, axis=0).all()


def test_same_seed_same_bytes_and_another_seed_others(root, tmp_path):
    generate(tmp_path / "again", seed=3, size="test")
    assert manifest_of(tmp_path / "again") == manifest_of(root)
    one, other = (to_csv(recording_of("replay", seed=seed, rows=2000)) for seed in (0, 1))
    assert one != other


def test_frames_never_overlap_on_the_bus():
    for attack in (None, "dos", "replay"):
        frames = recording_of(attack).frames
        assert (np.diff(frames.time_us) >= frame_us(frames.dlc)[1:]).all()


@pytest.mark.parametrize("vehicle", ["A", "B", "C"])
def test_rate_number_of_ids_and_lengths_are_realistic(vehicle):
    plan = plan_of(None, "A")
    frames = record(plan, build_vehicle(vehicle, 0), 0).frames
    rate = len(frames) / (frames.time_us[-1] - frames.time_us[0]) * 1e6
    assert 1500 < rate < 2800
    assert 27 <= len(build_vehicle(vehicle, 0).ids) <= 50
    shares = {dlc: float((frames.dlc == dlc).mean()) for dlc in (8, 5, 2)}
    assert shares[8] > 0.85 and 0.02 < shares[5] < 0.12 and 0 < shares[2] < 0.03


def test_a_flood_delays_genuine_frames_and_leaves_them_labelled_benign():
    recording = recording_of("dos-zero")
    frames = recording.frames
    assert set(frames.can_id[frames.label == 1]) == {0}
    (interval, _), *_ = recording.episodes
    inside = interval.holds(frames.time_us)
    assert (inside & (frames.label == 0)).sum() > 0
    assert not (frames.label[~inside & (frames.time_us < interval.start_us)]).any()


def test_a_suspension_silences_one_id_and_is_labelled_by_interval(root):
    recording = recording_of("suspension")
    frames = recording.frames
    for interval, silenced in recording.episodes:
        # A frame released just before the silence may still wait for the bus when it starts.
        settled = frames.time_us >= interval.start_us + 5_000
        assert silenced not in frames.can_id[interval.holds(frames.time_us) & settled]
        assert silenced in frames.can_id
        assert frames.label[interval.holds(frames.time_us)].all()
    assert sum(i.holds(frames.time_us).sum() for i, _ in recording.episodes) == frames.label.sum()
    beside = root / "test_03_known_vehicle_unknown_attack/suspension-A-1.intervals.json"
    (first, *_) = json.loads(beside.read_text())
    assert first in manifest_of(root)["episodes"] and int(first["silenced_id"], 16) < 0x800


def test_files_share_no_time_of_day(root):
    starts = [float((root / e["file"]).read_text().split("\n")[1].split(",")[0]) for e in manifest_of(root)["files"]]
    assert min(np.diff(sorted(starts))) > 500


def test_the_same_set_is_kept_and_a_different_one_refused_unless_forced(root):
    before = (root / MANIFEST).stat().st_mtime_ns
    assert generate(root, seed=3, size="test")[1] is False
    with pytest.raises(SyntheticRootError, match=r"holds another data set.*'seed': 3.*--force"):
        generate(root, seed=4, size="test")
    assert (root / MANIFEST).stat().st_mtime_ns == before


def test_a_changed_file_is_noticed_and_force_mends_it(tmp_path):
    generate(tmp_path / "set", rows=1000, size="test")
    victim = next((tmp_path / "set").rglob("*.csv"))
    good = victim.read_bytes()
    victim.write_bytes(good[:-1])
    with pytest.raises(SyntheticRootError, match=r"missing or changed.*--force"):
        generate(tmp_path / "set", rows=1000, size="test")
    assert generate(tmp_path / "set", rows=1000, size="test", force=True)[1]
    assert victim.read_bytes() == good
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_foreign_folder_is_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(SyntheticRootError, match=r"holds no MANIFEST\.json: choose an empty folder with --root"):
        generate(tmp_path, rows=1000, size="test", force=True)
    assert (tmp_path / "thesis.txt").exists()


def test_an_interrupted_run_leaves_no_root(tmp_path, monkeypatch):
    monkeypatch.setattr(synthetic, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "set", rows=1000, size="test")
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": "huge"}, "size: got 'huge', expected one of demo, test"),
        ({"rows": 10}, "got rows=10 and seed=0, expected at least 1000 rows"),
        ({"seed": -1}, "seed=-1, expected at least 1000 rows and a seed of 0 or more"),
    ],
)
def test_arguments_out_of_range(tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        generate(tmp_path / "set", **arguments)
