"""A raw data set: where it lies, and which of its files become which recordings."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..reading import SUFFIXES

NAMES = ("hcrl_ch", "hcrl_sa", "set_01", "set_02", "set_03", "set_04")
ATTACK_FREE, WITH_ATTACKS = "train_01_attack_free", "train_02_with_attacks"
KNOWN_KNOWN, UNKNOWN_KNOWN = "test_01_known_vehicle_known_attack", "test_02_unknown_vehicle_known_attack"
KNOWN_UNKNOWN, UNKNOWN_UNKNOWN = "test_03_known_vehicle_unknown_attack", "test_04_unknown_vehicle_unknown_attack"
# Neither train_ nor test_: no split takes it, and whoever adapts to an unknown vehicle finds its benign traffic there.
UNKNOWN_ATTACK_FREE = "unknown_vehicle_attack_free"
SPLITS = (ATTACK_FREE, WITH_ATTACKS, KNOWN_KNOWN, UNKNOWN_KNOWN, KNOWN_UNKNOWN, UNKNOWN_UNKNOWN)
CAR_HACKING_SPLITS = (
    ATTACK_FREE,
    WITH_ATTACKS,
    "test_01_DoS",
    "test_02_fuzzing",
    "test_03_gear_spoofing",
    "test_04_rpm_spoofing",
)


@dataclass(frozen=True)
class Recipe:
    """How one recording is made.

    Args:
        raw: the file it comes from.
        target: where it goes below the set's folder, ``SPLIT/NAME.csv``.
        begin: share of the raw file's rows, in file order, that come before it, in [0, 1).
        end: share of the rows up to its end, in (begin, 1].
    """

    raw: Path
    target: str
    begin: float = 0.0
    end: float = 1.0

    @property
    def split(self) -> str:
        """The folder it goes to."""
        return self.target.partition("/")[0]

    @property
    def is_attack_free(self) -> bool:
        """Whether its split or its name says that it holds no attack, so that a raw file without labels is benign."""
        return bool(re.search("attack[-_]free", self.target.lower()))

    @property
    def is_test(self) -> bool:
        """Whether testing takes it."""
        return self.split.startswith("test_")

    @property
    def is_train(self) -> bool:
        """Whether training and validation take it."""
        return self.split.startswith("train_")


@dataclass(frozen=True)
class RawSet:
    """One of the six sets as it was downloaded.

    Args:
        name: one of ``NAMES``.
        folder: where it lies.
        layout: ``common``, or the raw layout of HCRL: ``car_hacking`` or ``survival``.
        recipes: training first, then by target.
        missing: what the set should hold and does not.
        unmapped: recordings in the folder that no recipe takes.
    """

    name: str
    folder: Path
    layout: str
    recipes: list[Recipe]
    missing: list[str] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)


def in_order(recipes: list[Recipe]) -> list[Recipe]:
    """Training first, so that the first of several copies is the one in the earliest split."""
    return sorted(recipes, key=lambda recipe: (not recipe.is_train, recipe.target))


def unmapped(folder: Path, recipes: list[Recipe]) -> list[str]:
    """Recordings below a folder that no recipe takes, relative to it."""
    taken = {recipe.raw for recipe in recipes}
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    names = (path.relative_to(folder) for path in found if path not in taken)
    documents = ("readme", "license", "licence")
    return sorted(
        str(name)
        for name in names
        if not name.stem.lower().startswith(documents) and not any(part.startswith(".") for part in name.parts)
    )
