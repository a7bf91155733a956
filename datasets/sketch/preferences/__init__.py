"""Human preferences between sketches: a store that loses no choice, and the data set of its pairs."""

from .dataset import PreferenceDataset
from .errors import PreferenceError, SchemaError
from .exporting import export
from .merging import Merged, merge
from .pairs import Pair, Wanted, training_pairs
from .reading import Fault, Faults
from .record import Comparison, Entry, Item, Judgement, Rating, Undo
from .session import Session
from .store import PreferenceStore
from .validation import Validation, validate

__all__ = [
    "Comparison",
    "Entry",
    "Fault",
    "Faults",
    "Item",
    "Judgement",
    "Merged",
    "Pair",
    "PreferenceDataset",
    "PreferenceError",
    "PreferenceStore",
    "Rating",
    "SchemaError",
    "Session",
    "Undo",
    "Validation",
    "Wanted",
    "export",
    "merge",
    "training_pairs",
    "validate",
]
