"""From the names of the raw files to the splits of the common layout, one function a raw layout."""

import re
from pathlib import Path

from ..errors import CANFormatError
from ..layout import recordings_below
from .raw_set import (
    ATTACK_FREE,
    CAR_HACKING_SPLITS,
    KNOWN_KNOWN,
    KNOWN_UNKNOWN,
    SPLITS,
    UNKNOWN_ATTACK_FREE,
    UNKNOWN_KNOWN,
    UNKNOWN_UNKNOWN,
    WITH_ATTACKS,
    RawSet,
    Recipe,
    in_order,
    unmapped,
)

TRAIN_SHARE = 0.8

# HCRL Car-Hacking: raw name -> test split, name of the attack.
_CAR_HACKING = {
    "dos": ("test_01_DoS", "DoS"),
    "fuzzy": ("test_02_fuzzing", "fuzzing"),
    "gear": ("test_03_gear_spoofing", "gear_spoofing"),
    "rpm": ("test_04_rpm_spoofing", "rpm_spoofing"),
}
CAR_HACKING_FILE = re.compile(r"(dos|fuzzy|gear|rpm)_dataset\.csv", re.IGNORECASE)
_NORMAL_RUN = re.compile(r"normal_run_data\.txt", re.IGNORECASE)

# HCRL Survival Analysis: kind of file, vehicle -> split, name. The Spark is the vehicle that training never sees.
_SURVIVAL = {
    ("freedrivingdata", "kia"): (ATTACK_FREE, "attack-free-kia"),
    ("freedrivingdata", "sonata"): (ATTACK_FREE, "attack-free-sonata"),
    ("freedrivingdata", "spark"): (UNKNOWN_ATTACK_FREE, "attack-free-spark"),
    ("flooding", "kia"): (WITH_ATTACKS, "DoS-kia"),
    ("flooding", "sonata"): (KNOWN_KNOWN, "DoS-sonata"),
    ("flooding", "spark"): (UNKNOWN_KNOWN, "DoS-spark"),
    ("fuzzy", "kia"): (KNOWN_KNOWN, "fuzzing-kia"),
    ("fuzzy", "sonata"): (WITH_ATTACKS, "fuzzing-sonata"),
    ("fuzzy", "spark"): (UNKNOWN_KNOWN, "fuzzing-spark"),
    ("malfunction", "kia"): (KNOWN_UNKNOWN, "malfunction-kia"),
    ("malfunction", "sonata"): (KNOWN_UNKNOWN, "malfunction-sonata"),
    ("malfunction", "spark"): (UNKNOWN_UNKNOWN, "malfunction-spark"),
}
SURVIVAL_FILE = re.compile(
    r"(freedrivingdata|flooding|fuzzy|malfunction)\w*_(kia|soul|sonata|spark)\.txt", re.IGNORECASE
)


def car_hacking(folder: Path, name: str, train_share: float) -> RawSet:
    """HCRL Car-Hacking: the normal run trains; of each attack file the first part in time trains, the rest tests.

    Args:
        folder: holds the four CSV files, and the text of the normal run, at any depth.
        name: of the set.
        train_share: part of each attack file for training, in (0, 1).

    Returns:
        the raw set.

    Raises:
        CANFormatError: two files of one name, or a share out of range.
    """
    if not 0 < train_share < 1:
        raise CANFormatError("train_share", f"{train_share}", "a share in (0, 1)", f"{TRAIN_SHARE} is the default.")
    recipes = []
    for path in _files(folder):
        if attack := CAR_HACKING_FILE.fullmatch(path.name):
            split, kind = _CAR_HACKING[attack[1].lower()]
            recipes.append(Recipe(path, f"{WITH_ATTACKS}/{kind}-1.csv", 0.0, train_share))
            recipes.append(Recipe(path, f"{split}/{kind}-2.csv", train_share, 1.0))
        elif _NORMAL_RUN.fullmatch(path.name):
            recipes.append(Recipe(path, f"{ATTACK_FREE}/attack-free-1.csv"))
    return _set(name, folder, "car_hacking", recipes, CAR_HACKING_SPLITS)


def survival(folder: Path, name: str) -> RawSet:
    """HCRL Survival Analysis: each file belongs to one split, by its attack and its vehicle.

    Args:
        folder: holds the text files, at any depth.
        name: of the set.

    Returns:
        the raw set.
    """
    recipes, seen = [], dict.fromkeys(_SURVIVAL, 0)
    for path in _files(folder):
        if found := SURVIVAL_FILE.fullmatch(path.name):
            key = (found[1].lower(), found[2].lower().replace("soul", "kia"))
            split, kind = _SURVIVAL[key]
            seen[key] += 1
            recipes.append(Recipe(path, f"{split}/{kind}{'' if seen[key] == 1 else f'-{seen[key]}'}.csv"))
    missing = [f"{split}/{kind}" for key, (split, kind) in _SURVIVAL.items() if not seen[key]]
    return RawSet(name, folder, "survival", in_order(recipes), missing, unmapped(folder, recipes))


def common(folder: Path, name: str) -> RawSet:
    """The layout of can-train-and-test, as folders or flat: splits and names stay what they are.

    Args:
        folder: holds ``SPLIT/NAME.csv`` or ``SPLIT__NAME.parquet``.
        name: of the set.

    Returns:
        the raw set.

    Raises:
        CANFormatError: two files for one recording.
    """
    recipes = [Recipe(found.path, f"{found.source}.csv") for found in recordings_below(folder)]
    return _set(name, folder, "common", recipes, CAR_HACKING_SPLITS if name == "hcrl_ch" else SPLITS)


def _set(name: str, folder: Path, layout: str, recipes: list[Recipe], splits: tuple[str, ...]) -> RawSet:
    first: dict[str, Path] = {}
    for recipe in recipes:
        if (other := first.setdefault(recipe.target, recipe.raw)) != recipe.raw:
            remedy = "Move one of them out of the folder."
            raise CANFormatError(recipe.raw, f"{recipe.target} a second time, after {other}", "one file for it", remedy)
    present = {recipe.split for recipe in recipes}
    missing = [split for split in splits if split not in present]
    return RawSet(name, folder, layout, in_order(recipes), missing, unmapped(folder, recipes))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
