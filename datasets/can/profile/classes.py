"""Identifiers by what they do rather than by number: classes that mean the same on every vehicle."""

import numpy as np

from .profile import Profile

PERIOD_CLASSES = 12  # octaves of milliseconds, the first below 1.4 ms, the last above 1.4 s or without any period
NUM_CLASSES = 1 + 2 * PERIOD_CLASSES


def identifier_classes(profile: Profile) -> np.ndarray:
    """The class of each identifier by its period and whether its payload changes.

    Returns:
        (K + 1,) int64 in [0, ``NUM_CLASSES``); 0 stands for the unknown, the last.
    """
    octave = np.rint(np.log2(np.clip(profile.period_s, 1e-3, 10) * 1000)).astype(np.int64)
    octave = np.clip(octave, 0, PERIOD_CLASSES - 1)
    return np.append(1 + 2 * octave + (profile.changing > 0.05), 0)
