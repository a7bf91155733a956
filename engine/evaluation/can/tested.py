"""The windows that one evaluation of one detector has scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....datasets.errors import printable
from ...errors import RunFolderError
from ..attack_names import attack_name
from ..episodes import Timeline

_KINDS = {"scores": "fiu", "labels": "iu", "source": "iu", "sources": "U", "start_s": "fiu", "duration_s": "fiu"}
NEEDED = ("scores", "labels", "source", "sources", "start_s", "duration_s")
# A recording may hold several sessions; a longer pause between windows is drawn as one of this length.
LONGEST_PAUSE_S = 2.0


@dataclass(frozen=True)
class TestedWindows:
    """Scores, labels and times of N windows in the order of their recordings.

    Args:
        name: of the detector.
        score: (N,) higher is more suspicious.
        label: (N,) 1 with an attack, 0 without, -1 unlabelled.
        source: (N,) position in ``sources``.
        sources: recordings as ``split/name``.
        start_s: (N,) time of the first frame.
        duration_s: (N,) from the first to the last frame.
        threshold: a score strictly above it is an alarm.
    """

    __test__ = False

    name: str
    score: np.ndarray
    label: np.ndarray
    source: np.ndarray
    sources: list[str]
    start_s: np.ndarray
    duration_s: np.ndarray
    threshold: float

    @classmethod
    def of(cls, name: str, scored: Mapping, threshold: float) -> "TestedWindows":
        """From what ``DetectionMetric.scored`` holds, or a file written from it.

        Raises:
            RunFolderError: something is missing, as in what an older test wrote.
        """
        missing = [key for key in NEEDED if key not in scored]
        if missing:
            raise RunFolderError(
                f"{name}: the scored windows lack {', '.join(missing)}; test it again with tools/test.py, on a data set whose "
                "batches hold source, start_s and duration_s"
            )
        arrays = {key: np.asarray(scored[key]) for key in NEEDED}
        times = (arrays["start_s"].astype(float), arrays["duration_s"].astype(float))
        return cls(
            name, arrays["scores"].astype(float), arrays["labels"], arrays["source"], arrays["sources"].tolist(),
            *times, float(threshold),
        )  # fmt: skip

    @property
    def alarm(self) -> np.ndarray:
        """(N,) bool."""
        return self.score > self.threshold

    @property
    def split(self) -> np.ndarray:
        """(N,) the split of each window."""
        return self._of_source([name.partition("/")[0] for name in self.sources])

    @property
    def attack(self) -> np.ndarray:
        """(N,) the attack that each window's recording is named after."""
        return self._of_source([attack_name(name) for name in self.sources])

    @property
    def timeline(self) -> Timeline:
        """The windows for ``find_episodes``."""
        return Timeline(self.label == 1, self.source, self.start_s, self.duration_s)

    def of_source(self, name: str) -> "TestedWindows":
        """The windows of one recording."""
        return self.chosen(self.source == self.sources.index(name))

    def chosen(self, rows: np.ndarray) -> "TestedWindows":
        """Some of the windows, (N,) bool."""
        parts = (self.score[rows], self.label[rows], self.source[rows], self.sources)
        return TestedWindows(self.name, *parts, self.start_s[rows], self.duration_s[rows], self.threshold)

    def elapsed_s(self) -> np.ndarray:
        """(N,) seconds since the first window of one recording, without steps back and with long pauses shortened."""
        steps = np.clip(np.diff(self.start_s), 0.0, self.duration_s[:-1] + LONGEST_PAUSE_S)
        return np.concatenate((np.zeros(min(1, len(self.start_s))), np.cumsum(steps)))

    def _of_source(self, names: list[str]) -> np.ndarray:
        return np.array(names)[self.source]


def load_tested(scores: str | Path, name: str, threshold: float) -> TestedWindows:
    """Read the ``test_scores.npz`` of a run.

    Args:
        scores: the file.
        name: of the detector.
        threshold: that its ``test.json`` gives.

    Raises:
        RunFolderError: no such file, one that is damaged, or one that lacks what the report needs.
    """
    path = Path(scores)
    if not path.is_file():
        raise RunFolderError(f"{path}: no such file; test the run with tools/test.py")
    try:
        return TestedWindows.of(name, read_scored(path), threshold)
    except RunFolderError as error:
        raise error if str(path) in str(error) else RunFolderError(f"{path}: {error}") from error


def read_scored(path: Path) -> dict[str, np.ndarray]:
    """The arrays of ``test_scores.npz``, one value a window where ``TestedWindows`` needs it, as far as they are there.

    Raises:
        RunFolderError: it is damaged.
    """
    remedy = "Test the run again with tools/test.py."
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name]) for name in file.files}
    except Exception as error:  # damaged bytes end in any exception: of NumPy, of the zip file, or for lack of memory
        raise RunFolderError(f"{path}: cannot be read as arrays ({printable(error, 200)}). {remedy}") from error
    count = len(arrays["scores"]) if np.ndim(arrays.get("scores", 0)) == 1 else -1
    for name, kinds in _KINDS.items():
        array = arrays.get(name)
        if array is None:
            continue
        if array.dtype.kind not in kinds or array.ndim != 1 or (name != "sources" and len(array) != count):
            got = f"{array.dtype} of shape {array.shape}"
            raise RunFolderError(f"{path}: {name} is {printable(got, 80)}, expected one value a window. {remedy}")
    if "source" in arrays and "sources" in arrays and not _within(arrays["source"], len(arrays["sources"])):
        raise RunFolderError(f"{path}: source names recordings that are not in sources. {remedy}")
    return arrays


def _within(places: np.ndarray, end: int) -> bool:
    return not len(places) or bool(places.min() >= 0 and places.max() < end)
