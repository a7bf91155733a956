"""Raw downloads of the six CAN data sets to the common layout: mapped, mended, written in a stream, reported."""

from .checking import check_set, prepared_sets
from .copies import Pair, pairs
from .finding import chosen_sets, find_sets, set_at
from .journal import Entry, Journal, read_journal
from .preparing import Preparation, Step
from .raw_set import RawSet, Recipe
from .report import report, write_report

__all__ = [
    "Entry",
    "Journal",
    "Pair",
    "Preparation",
    "RawSet",
    "Recipe",
    "Step",
    "check_set",
    "chosen_sets",
    "find_sets",
    "pairs",
    "prepared_sets",
    "read_journal",
    "report",
    "set_at",
    "write_report",
]
