"""Is a synthetic data set worth learning on? What simple rules reach on it, against what they may reach."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .vehicle import KNOWN_VEHICLES
from .window_profile import Profile, TrivialityError, Windows, read_windows

TRAIN = "train_02_with_attacks"
KNOWN_TEST = "test_01_known_vehicle_known_attack"
UNKNOWN_TEST = "test_03_known_vehicle_unknown_attack"


@dataclass(frozen=True)
class Finding:
    """One line of the table: what was measured, how it must compare with the bound, and whether it does."""

    name: str
    value: float
    relation: str
    bound: float

    @property
    def passed(self) -> bool:
        """Whether the value is on the wanted side of the bound."""
        return self.value < self.bound if self.relation == "<" else self.value > self.bound


def f1(predicted: np.ndarray, y: np.ndarray) -> float:
    """F1 of the attack class; 0 where nothing is found."""
    return 2 * float((predicted & y).sum()) / max(1, int(predicted.sum()) + int(y.sum()))


def auroc(score: np.ndarray, y: np.ndarray) -> float:
    """Probability that an attack window scores above a benign one, ties counted half."""
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    positives = int(y.sum())
    return float((rank[inverse][y].sum() - positives * (positives + 1) / 2) / (positives * (len(y) - positives)))


@dataclass(frozen=True)
class Vehicle:
    """The windows of one known vehicle: its profile and, split -> file name -> windows, its attack files."""

    profile: Profile
    splits: dict[str, dict[str, Windows]]

    def windows(self, *splits: str) -> list[Windows]:
        """The files of the given splits."""
        return [windows for split in splits for windows in self.splits[split].values()]


def read_vehicle(root: Path, name: str) -> Vehicle:
    """Read the files of a known vehicle.

    Raises:
        TrivialityError: a file or all of a split is missing.
    """
    profile = Profile(read_windows(root / f"train_01_attack_free/attack-free-{name}-1.csv"))
    splits = {}
    for split in (TRAIN, KNOWN_TEST, UNKNOWN_TEST):
        paths = sorted((root / split).glob(f"*-{name}-*.csv"))
        if not paths:
            raise TrivialityError(
                f"{root / split} holds no file of vehicle {name}: write the set with tools/make_can.py --root {root}."
            )
        splits[split] = {path.stem: read_windows(path) for path in paths}
    return Vehicle(profile, splits)


def pooled(vehicles: list[Vehicle], splits: tuple, score: Callable[[Vehicle, Windows], np.ndarray]) -> tuple:
    """Scores and labels of all windows of the splits, over the vehicles."""
    pairs = [(score(v, windows), windows.y) for v in vehicles for windows in v.windows(*splits)]
    return np.concatenate([s for s, _ in pairs]), np.concatenate([y for _, y in pairs])


def unseen_id_rule(vehicle: Vehicle, windows: Windows) -> np.ndarray:
    """(w,) whether the window holds an ID that attack-free training does not."""
    return vehicle.profile.counts(windows)[:, -1] > 0


def count_rule(vehicle: Vehicle, windows: Windows) -> np.ndarray:
    """(w,) whether any ID is more frequent than in every attack-free window."""
    return (vehicle.profile.counts(windows) > vehicle.profile.most).any(axis=1)


def histogram_regression(vehicle: Vehicle, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Logistic regression on the counts of each ID, fitted on training with attacks.

    Args:
        vehicle: whose files.
        split: where to predict.

    Returns:
        Predictions (w,) at the threshold with the best F1 on training, and labels (w,).

    Raises:
        ImportError: scikit-learn is not installed.
    """
    try:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError as error:
        raise ImportError("the check needs scikit-learn: pip install 'stillhouse[can]'.") from error
    x, y = _histograms(vehicle, TRAIN)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, y)
    score = model.predict_proba(x)[:, 1]
    thresholds = np.quantile(score, np.linspace(0.02, 0.98, 49))
    best = max(thresholds, key=lambda threshold: f1(score > threshold, y))
    x_test, y_test = _histograms(vehicle, split)
    return model.predict_proba(x_test)[:, 1] > best, y_test


def _histograms(vehicle: Vehicle, split: str) -> tuple[np.ndarray, np.ndarray]:
    files = vehicle.windows(split)
    return np.concatenate([vehicle.profile.counts(w) for w in files]), np.concatenate([w.y for w in files])


def _regression_f1(vehicles: list[Vehicle], split: str) -> float:
    results = [histogram_regression(vehicle, split) for vehicle in vehicles]
    return f1(np.concatenate([p for p, _ in results]), np.concatenate([y for _, y in results]))


def _rule_f1(vehicles: list[Vehicle], rule: Callable[[Vehicle, Windows], np.ndarray]) -> float:
    return f1(*pooled(vehicles, (TRAIN, KNOWN_TEST, UNKNOWN_TEST), rule))


def _masquerade_auroc(vehicles: list[Vehicle], score: Callable[[Vehicle, Windows], np.ndarray]) -> float:
    """Mean over the masquerade files, each against its own benign windows."""
    values = []
    for vehicle in vehicles:
        for name, windows in vehicle.splits[UNKNOWN_TEST].items():
            if name.startswith("masquerade"):
                values.append(auroc(score(vehicle, windows), windows.y))
    return float(np.mean(values))


def order_fall(vehicles: list[Vehicle]) -> float:
    """How much AUROC the likelihood of successions of IDs loses when frames are shuffled within their window."""
    rng = np.random.default_rng(0)
    true = pooled(vehicles, (TRAIN, KNOWN_TEST, UNKNOWN_TEST), lambda v, w: v.profile.order_score(w))
    shuffled = pooled(vehicles, (TRAIN, KNOWN_TEST, UNKNOWN_TEST), lambda v, w: v.profile.shuffled_order_score(w, rng))
    return auroc(*true) - auroc(*shuffled)


def _attack_shares(vehicles: list[Vehicle]) -> np.ndarray:
    return np.array([w.y.mean() for v in vehicles for w in v.windows(TRAIN, KNOWN_TEST, UNKNOWN_TEST)])


def measure(root: Path | str) -> list[Finding]:
    """What simple detectors reach on the known vehicles, window by window.

    Shuffling is judged by the likelihood of successions, a stand-in for a graph network that takes seconds.

    Args:
        root: a data set of demo size, written by ``generate``.

    Returns:
        One finding a rule; the data set is worth learning on if all pass.

    Raises:
        TrivialityError: a file is missing or too short.
        ImportError: scikit-learn is not installed.
    """
    vehicles = [read_vehicle(Path(root), name) for name in KNOWN_VEHICLES]
    rate = _masquerade_auroc(vehicles, lambda v, w: v.profile.rate_score(w))
    payload = _masquerade_auroc(vehicles, lambda v, w: v.profile.payload_score(w))
    shares = _attack_shares(vehicles)
    return [
        Finding("unseen-ID rule, F1", _rule_f1(vehicles, unseen_id_rule), "<", 0.35),
        Finding("count-per-ID rule, F1", _rule_f1(vehicles, count_rule), "<", 0.75),
        Finding(
            "logistic regression on ID histograms, known attacks, F1", _regression_f1(vehicles, KNOWN_TEST), "<", 0.85
        ),
        Finding(
            "logistic regression on ID histograms, unknown attacks, F1",
            _regression_f1(vehicles, UNKNOWN_TEST),
            "<",
            0.85,
        ),
        Finding("masquerade by rates, AUROC", rate, "<", 0.6),
        Finding("masquerade by payloads, AUROC", payload, ">", 0.85),
        Finding("succession of IDs, AUROC lost by shuffling", order_fall(vehicles), ">", 0.05),
        Finding("fewest attack windows of a file", float(shares.min()), ">", 0.2),
        Finding("most attack windows of a file", float(shares.max()), "<", 0.6),
    ]
