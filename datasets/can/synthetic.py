"""A synthetic data set of CAN recordings in the layout of can-train-and-test, from a seed.

Label 1 marks an attacker's frame. A suspension adds none: there it marks every frame from the start to the end of the
silence, so that any reader of the layout has labels, and ``<name>.intervals.json`` beside the file holds the intervals
and the silenced ID.
"""

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np

from .attacks import ATTACKS, Effect, Scene, plan_episodes
from .bus import Traffic, arbitrate, concatenate
from .drive import drive_cycle
from .senders import HELD_OUT, RECORDED, SECOND_US, TRAINING, Interval, benign_traffic
from .vehicle import KNOWN_VEHICLES, Vehicle, build_vehicle

VERSION = 2
EPOCH_S = 1_672_531_200
FILE_SPACING_S = 600
MANIFEST = "MANIFEST.json"
HEADER = "timestamp,arbitration_id,data_field,attack\n"
UNKNOWN_VEHICLES = ("C",)
LEAD_US = (
    6 * SECOND_US
)  # of benign traffic in which a test begins: a detector may learn there what is usual of this drive
MOST_COVERAGE = 0.7
# Rows of a file as a share of ``rows``: training with attacks and tests are many, so each is smaller.
SIZES = {
    "demo": {"rows": 200_000, "train_02": 0.15, "test": 0.25},
    "test": {"rows": 5_000, "train_02": 1.0, "test": 1.0},
}


class SyntheticRootError(ValueError):
    """The folder to write to holds something else."""


@dataclass(frozen=True)
class Plan:
    """One file to write.

    Attributes:
        folder: split folder below the root.
        vehicle: letter of the vehicle.
        attack: key of ``ATTACKS``, or None for attack-free traffic.
        stage: see ``benign_traffic``.
        rows: genuine frames, about.
        index: position in the data set; seeds the file and sets its time of day.
        repeat: number of earlier files with the same attack.
    """

    folder: str
    vehicle: str
    attack: str | None
    stage: int
    rows: int
    index: int
    repeat: int

    @property
    def name(self) -> str:
        """Path below the root, without suffix."""
        return f"{self.folder}/{self.attack or 'attack-free'}-{self.vehicle}-1"


@dataclass(frozen=True)
class Recording:
    """One file in memory.

    Attributes:
        frames: frames in the order of the wire, ``time_us`` since the start of the file.
        start_s: seconds since 1970 at which the file starts.
        episodes: (interval of frames or of silence, silenced ID or None).
    """

    frames: Traffic
    start_s: int
    episodes: list[tuple[Interval, int | None]]


def plan_files(rows: int, size: str) -> list[Plan]:
    """Every file of the data set, in order.

    Args:
        rows: genuine frames of an attack-free file, about.
        size: key of ``SIZES``, which says how long the other files are.
    """
    shares = SIZES[size]
    known = [name for name, attack in ATTACKS.items() if attack.known]
    unknown = [name for name, attack in ATTACKS.items() if not attack.known]
    train, test = round(rows * shares["train_02"]), round(rows * shares["test"])
    splits = (
        ("train_01_attack_free", KNOWN_VEHICLES, [None], TRAINING, rows),
        ("train_02_with_attacks", KNOWN_VEHICLES, known, RECORDED, train),
        ("test_01_known_vehicle_known_attack", KNOWN_VEHICLES, known, HELD_OUT, test),
        ("test_02_unknown_vehicle_known_attack", UNKNOWN_VEHICLES, known, HELD_OUT, test),
        ("test_03_known_vehicle_unknown_attack", KNOWN_VEHICLES, unknown, HELD_OUT, test),
        ("test_04_unknown_vehicle_unknown_attack", UNKNOWN_VEHICLES, unknown, HELD_OUT, test),
    )
    plans: list[Plan] = []
    for folder, vehicles, attacks, stage, length in splits:
        for vehicle, attack in product(vehicles, attacks):
            repeat = sum(plan.attack == attack for plan in plans)
            plans.append(Plan(folder, vehicle, attack, stage, length, len(plans), repeat))
    return plans


def _intensity(repeat: int, episode: int) -> float:
    """Spread evenly over the files and episodes of an attack, so that every seed holds slow and fast ones alike."""
    return (0.1 + 0.382 * repeat + 0.5 * episode) % 1


def _observed(wire: Traffic, intervals: list[Interval]) -> list[Interval | None]:
    """From the first to the last labelled frame of each episode, or None where none was sent.

    Frames are released up to a period early and wait for the bus, so each belongs to the episode on its side of the
    middle of the gap.
    """
    gaps = [(before.end_us + after.start_us) // 2 for before, after in pairwise(intervals)]
    times = wire.time_us[wire.label == 1]
    parts = np.split(times, np.searchsorted(times, gaps))
    return [Interval(int(part[0]), int(part[-1]) + 1) if len(part) else None for part in parts]


def _label_silence(wire: Traffic, intervals: list[Interval]) -> Traffic:
    """A suspension adds no frame that could carry a label, so every frame in its interval does."""
    label = np.any([interval.holds(wire.time_us) for interval in intervals], axis=0).astype(np.uint8)
    return Traffic(wire.time_us, wire.can_id, wire.dlc, wire.payload, label, wire.mailbox)


def _struck(benign: Traffic, effects: list[Effect]) -> Traffic:
    """The genuine frames that stay, with the attacker's."""
    kept = np.ones(len(benign), bool)
    for effect in effects:
        if effect.kept is not None:
            kept &= effect.kept
    return concatenate([benign.take(kept), *(effect.added for effect in effects if effect.added is not None)])


def _rate(vehicle: Vehicle) -> float:
    """Frames a second that the vehicle sends, events and diagnostics aside."""
    return sum(SECOND_US / message.period_us for message in vehicle.messages)


def record(plan: Plan, vehicle: Vehicle, seed: int) -> Recording:
    """Simulate one file.

    Args:
        plan: what to record.
        vehicle: the vehicle that ``plan.vehicle`` names.
        seed: of the data set; the file's own randomness comes from it and ``plan.index``.
    """
    rng = np.random.default_rng([seed, 1, plan.index])
    duration_us = max(SECOND_US, round(plan.rows / _rate(vehicle) * SECOND_US))
    drive = drive_cycle(rng, duration_us)
    benign = benign_traffic(vehicle, drive, duration_us, plan.stage, rng)
    start_s = EPOCH_S + FILE_SPACING_S * plan.index
    if plan.attack is None:
        return Recording(arbitrate(benign), start_s, [])
    attack, scene = ATTACKS[plan.attack], Scene(vehicle, drive, benign, duration_us)
    intervals = _intervals(rng, duration_us, attack.coverage, plan.stage)
    effects = [
        attack.strike(replace(scene, intensity=_intensity(plan.repeat, number)), interval, rng)
        for number, interval in enumerate(intervals)
    ]
    wire = arbitrate(_struck(benign, effects))
    silenced = [effect.silenced for effect in effects]
    wire = _label_silence(wire, intervals) if any(silenced) else wire
    found = zip(_observed(wire, intervals), silenced)
    return Recording(wire, start_s, [(interval, can_id) for interval, can_id in found if interval is not None])


def _intervals(rng: np.random.Generator, duration_us: int, coverage: float, stage: int) -> list[Interval]:
    """The episodes of a recording, a test's behind its lead; they cover ``coverage`` of the whole, at most."""
    lead_us = min(LEAD_US, duration_us // 2) if stage == HELD_OUT else 0
    rest_us = duration_us - lead_us
    found = plan_episodes(rng, rest_us, min(coverage * duration_us / rest_us, MOST_COVERAGE))
    return [Interval(interval.start_us + lead_us, interval.end_us + lead_us) for interval in found]


def to_csv(recording: Recording) -> str:
    """The recording as text: seconds with six decimals, ID as three hexadecimal digits, bytes, label."""
    frames = recording.frames
    seconds, micros = np.divmod(frames.time_us, SECOND_US)
    text = frames.payload.tobytes().hex().upper()
    rows = zip((seconds + recording.start_s).tolist(), micros.tolist(), frames.can_id.tolist())
    data = [text[16 * i : 16 * i + 2 * dlc] for i, dlc in enumerate(frames.dlc.tolist())]
    lines = [
        f"{second}.{micro:06d},{can_id:03X},{field},{label}\n"
        for (second, micro, can_id), field, label in zip(rows, data, frames.label.tolist())
    ]
    return HEADER + "".join(lines)


def _seconds(recording: Recording, time_us: int) -> float:
    return round(recording.start_s + time_us / SECOND_US, 6)


def _write_file(root: Path, plan: Plan, recording: Recording) -> tuple[dict, list[dict]]:
    """Write one recording, and beside a suspension its intervals; returns its entry and its episodes."""
    path = root / f"{plan.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = to_csv(recording).encode()
    path.write_bytes(content)
    episodes = [
        {
            "file": f"{plan.name}.csv",
            "attack": plan.attack,
            "start_s": _seconds(recording, interval.start_us),
            "end_s": _seconds(recording, interval.end_us),
            "silenced_id": None if silenced is None else f"{silenced:03X}",
        }
        for interval, silenced in recording.episodes
    ]
    if any(episode["silenced_id"] for episode in episodes):
        path.with_suffix(".intervals.json").write_text(json.dumps(episodes, indent=1) + "\n")
    entry = {
        "file": f"{plan.name}.csv",
        "rows": len(recording.frames),
        "attack_rows": int(recording.frames.label.sum()),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return entry, episodes


def _check_existing(root: Path, parameters: dict) -> dict | None:
    """The manifest of a data set that is already there, None where the folder is free.

    Raises:
        SyntheticRootError: the folder holds another data set, a damaged one, or something else.
    """
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        return None
    manifest_path = root / MANIFEST
    if not manifest_path.is_file():
        raise SyntheticRootError(f"{root} exists and holds no {MANIFEST}: choose an empty folder with --root.")
    try:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        files = [(root / Path(entry["file"]), entry["sha256"]) for entry in manifest["files"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SyntheticRootError(f"{manifest_path} is damaged ({error}). Replace the set with --force.") from error
    if manifest.get("parameters") != parameters:
        raise SyntheticRootError(
            f"{root} holds another data set: got {manifest.get('parameters')}, expected {parameters}. "
            "Choose another folder with --root, or replace it with --force."
        )
    for path, digest in files:
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise SyntheticRootError(
                f"{path} is missing or changed since it was written. Replace the set with --force."
            )
    return manifest


def _replace(root: Path, fresh: Path) -> None:
    """Put the finished folder in place; an old one is moved aside first, so that none is ever half written."""
    old = root.with_name(f".{root.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if root.exists():
        root.rename(old)
    fresh.rename(root)
    shutil.rmtree(old, ignore_errors=True)


def generate(
    root: Path | str,
    seed: int = 0,
    rows: int | None = None,
    size: str = "demo",
    force: bool = False,
    on_file: Callable[[int, int, int], None] = lambda done, total, rows: None,
) -> tuple[dict, bool]:
    """Write the data set, byte for byte the same for the same arguments.

    Args:
        root: folder to write; it appears only once it is complete.
        seed: of everything random, 0 or more.
        rows: genuine frames of an attack-free file, about; by default that of ``size``.
        size: ``demo`` or ``test``.
        force: replace a data set that is there, whatever its parameters.
        on_file: called after each file with the files done, the files in all and the rows so far.

    Returns:
        The manifest, and whether it was written now (False: the same data set was there and is kept).

    Raises:
        SyntheticRootError: the folder holds something else; nothing was changed.
        ValueError: an argument is out of range.
    """
    if size not in SIZES:
        raise ValueError(f"size: got {size!r}, expected one of {', '.join(SIZES)}.")
    rows = int(SIZES[size]["rows"]) if rows is None else rows
    if rows < 1000 or seed < 0:
        raise ValueError(f"got rows={rows} and seed={seed}, expected at least 1000 rows and a seed of 0 or more.")
    root = Path(root)
    parameters = {"version": VERSION, "seed": seed, "rows": rows, "size": size}
    kept = _existing(root, parameters, force)
    if kept is not None:
        return kept, False
    fresh = root.with_name(f".{root.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    manifest = _write_all(fresh, parameters, plan_files(rows, size), on_file)
    _replace(root, fresh)
    return manifest, True


def _existing(root: Path, parameters: dict, force: bool) -> dict | None:
    """What to keep: nothing with ``force``, which replaces any data set but never a foreign folder."""
    if force and (root / MANIFEST).is_file():
        return None
    return _check_existing(root, parameters)


def _write_all(folder: Path, parameters: dict, plans: list[Plan], on_file: Callable[[int, int, int], None]) -> dict:
    seed = parameters["seed"]
    vehicles = {name: build_vehicle(name, seed) for name in (*KNOWN_VEHICLES, *UNKNOWN_VEHICLES)}
    files, episodes, total = [], [], 0
    for done, plan in enumerate(plans, start=1):
        entry, found = _write_file(folder, plan, record(plan, vehicles[plan.vehicle], seed))
        files.append(entry)
        episodes += found
        total += entry["rows"]
        on_file(done, len(plans), total)
    manifest = {
        "parameters": parameters,
        "vehicles": {name: _describe(vehicle) for name, vehicle in vehicles.items()},
        "files": files,
        "episodes": episodes,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _describe(vehicle: Vehicle) -> dict:
    return {
        "ids": [f"{can_id:03X}" for can_id in vehicle.ids],
        "roles": {role: f"{can_id:03X}" for role, can_id in vehicle.roles.items()},
        "late_ids": [f"{message.can_id:03X}" for message in vehicle.late],
    }
