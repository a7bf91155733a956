"""Small raw downloads of the CAN data sets, written as their publishers write them, with the frames that stand in them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from stillhouse.datasets.can.frames import Frames

IDS = np.array([0x0C1, 0x130, 0x153, 0x18E, 0x2B0, 0x316, 0x43F, 0x5F0], np.uint32)
EPOCH_S = 1_672_531_200.0
HEADER = "timestamp,arbitration_id,data_field,attack\n"


def traffic(n: int, seed: int, attack_share: float = 0.0, start_s: float = EPOCH_S, empty: int = 0) -> Frames:
    """Random labelled frames with microseconds, at least one of them an attack where there is a share; the last ``empty``
    ones have no byte.
    """
    rng = np.random.default_rng(seed)
    label = (rng.random(n) < attack_share).astype(np.uint8)
    label[0] = attack_share > 0
    can_id = np.where(label == 1, np.uint32(0), rng.choice(IDS, n)).astype(np.uint32)
    dlc = rng.choice(np.array([8, 5, 2], np.uint8), n)
    dlc[n - empty :] = 0
    payload = np.where(np.arange(8) < dlc[:, None], rng.integers(0, 256, (n, 8)), 0).astype(np.uint8)
    time_s = start_s + np.round(np.cumsum(rng.exponential(4e-4, n)), 6)
    return Frames(np.round(time_s, 6), can_id, payload, dlc, label, "made")


def _rows(frames: Frames):
    """Timestamp, identifier, DLC and bytes of each frame."""
    for row in range(len(frames)):
        dlc = int(frames.dlc[row])
        yield frames.timestamp_s[row], int(frames.can_id[row]), dlc, [f"{b:02x}" for b in frames.payload[row, :dlc]]


def car_hacking_rows(frames: Frames) -> str:
    """An attack file of HCRL Car-Hacking: the flag stands right behind the bytes."""
    flags = np.where(frames.label == 1, "T", "R")
    rows = zip(_rows(frames), flags)
    return "".join(",".join([f"{t:.6f}", f"{i:04x}", str(n), *data, flag]) + "\n" for (t, i, n, data), flag in rows)


def normal_run_rows(frames: Frames) -> str:
    """The text of the normal run; a frame without bytes is a remote frame with a DLC of 8, as loggers write it."""
    return "".join(
        f"Timestamp: {t:.6f}        ID: {i:04x}    {'000' if n else '100'}    DLC: {n or 8}    {' '.join(data)}\n"
        for t, i, n, data in _rows(frames)
    )


def survival_rows(frames: Frames, flags: bool, bundled: bool = False) -> str:
    """A file of HCRL Survival Analysis; free driving has no flags, and bundles the bytes of two of the cars by blanks."""
    words = np.where(frames.label == 1, ",T", ",R") if flags else np.full(len(frames), "")
    parting = " " if bundled else ","
    rows = zip(_rows(frames), words)
    return "".join(f"{t:.6f},{i:04X},{n},{parting.join(data).upper()}{word}\n" for (t, i, n, data), word in rows)


def common_rows(frames: Frames, tail: str = "") -> str:
    """A file of can-train-and-test; ``tail`` stands behind every row."""
    rows = zip(_rows(frames), frames.label.tolist())
    body = (f"{t:.6f},{i:03X},{''.join(data).upper()},{label}{tail}\n" for (t, i, n, data), label in rows)
    return HEADER + "".join(body)


def stepping_back(frames: Frames, at: int, seconds: float) -> Frames:
    """The same frames with a clock that is set back once."""
    time_s = frames.timestamp_s.copy()
    time_s[at:] -= seconds
    return replace(frames, timestamp_s=np.round(time_s, 6))


def write_car_hacking(folder: Path, rows: int = 200) -> dict[str, Frames]:
    """The five files of the download; the frames of each prepared recording, by target."""
    expected, splits = {}, ("test_01_DoS", "test_02_fuzzing", "test_03_gear_spoofing", "test_04_rpm_spoofing")
    for seed, (raw, split) in enumerate(zip(("DoS", "Fuzzy", "gear", "RPM"), splits)):
        frames = traffic(rows, seed, attack_share=0.2)
        _put(folder / f"{raw}_dataset.csv", car_hacking_rows(frames))
        attack, cut = split[8:], int(rows * 0.8)
        expected[f"train_02_with_attacks/{attack}-1.csv"] = frames[:cut]
        expected[f"{split}/{attack}-2.csv"] = frames[cut:]
    normal = traffic(rows, 9, empty=3)
    _put(folder / "normal_run_data" / "normal_run_data.txt", normal_run_rows(normal))
    return {**expected, "train_01_attack_free/attack-free-1.csv": normal}


SURVIVAL = {
    "Soul/FreeDrivingData_20180112_KIA": "train_01_attack_free/attack-free-kia",
    "Soul/Flooding_dataset_KIA": "train_02_with_attacks/DoS-kia",
    "Soul/Fuzzy_dataset_KIA": "test_01_known_vehicle_known_attack/fuzzing-kia",
    "Soul/Malfunction153_dataset_KIA": "test_03_known_vehicle_unknown_attack/malfunction-kia",
    "Sonata/FreeDrivingData_20180323_SONATA": "train_01_attack_free/attack-free-sonata",
    "Sonata/Flooding_dataset_SONATA": "test_01_known_vehicle_known_attack/DoS-sonata",
    "Sonata/Fuzzy_dataset_SONATA": "train_02_with_attacks/fuzzing-sonata",
    "Sonata/Malfunction_dataset_SONATA": "test_03_known_vehicle_unknown_attack/malfunction-sonata",
    "Spark/FreeDrivingData_20171231_Spark": "unknown_vehicle_attack_free/attack-free-spark",
    "Spark/Flooding_dataset_Spark": "test_02_unknown_vehicle_known_attack/DoS-spark",
    "Spark/Fuzzy_dataset_Spark": "test_02_unknown_vehicle_known_attack/fuzzing-spark",
    "Spark/Malfunction18E_dataset_Spark": "test_04_unknown_vehicle_unknown_attack/malfunction-spark",
}


def write_survival(folder: Path, rows: int = 120) -> dict[str, Frames]:
    """The twelve files of the download; the frames of each prepared recording, by target."""
    expected = {}
    for seed, (raw, target) in enumerate(SURVIVAL.items()):
        free = "FreeDriving" in raw
        frames = traffic(rows, 20 + seed, attack_share=0.0 if free else 0.2)
        text = survival_rows(frames, flags=not free, bundled=free and "SONATA" not in raw)
        _put(folder / f"{raw}.txt", text)
        expected[f"{target}.csv"] = frames
    return expected


COMMON = {
    "train_01_attack_free/accessory-1": 0.0,
    "train_02_with_attacks/DoS-1": 0.1,
    "test_01_known_vehicle_known_attack/DoS-2": 0.1,
    "test_02_unknown_vehicle_known_attack/DoS-3": 0.1,
    "test_03_known_vehicle_unknown_attack/rpm-1": 0.1,
    "test_04_unknown_vehicle_unknown_attack/rpm-2": 0.1,
    "test_05_suppress/suppress-1": 0.0,
    "test_06_masquerade/masquerade-1": 0.1,
}


def write_common(folder: Path, rows: int = 100, seed: int = 0) -> dict[str, Frames]:
    """A set of can-train-and-test; the frames of each prepared recording, by target.

    The attack-free recording stands in train_02 too, one file ends its lines in tabs, one steps back in time, two frames
    are empty, and the suppressed one has no attack row.
    """
    expected = {}
    for number, (name, share) in enumerate(COMMON.items()):
        frames = traffic(rows, 1000 * seed + 40 + number, attack_share=share, empty=2 if "rpm-1" in name else 0)
        frames = stepping_back(frames, rows // 2, 1.5) if "DoS-1" in name else frames
        _put(folder / f"{name}.csv", common_rows(frames, tail="\t" if "DoS-2" in name else ""))
        expected[f"{name}.csv"] = replace(frames, label=None) if "suppress" in name else frames
    copy = folder / "train_02_with_attacks" / "accessory-1.csv"
    copy.write_bytes((folder / "train_01_attack_free" / "accessory-1.csv").read_bytes())
    return expected


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
