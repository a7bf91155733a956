"""A page on which people choose between items or rate them; each answer is on the disk before the next item is shown."""

from .desk import Desk
from .sitting import Plan
from .source import Condition, Drawn, ItemSource, PageError

__all__ = ["Condition", "Desk", "Drawn", "ItemSource", "PageError", "Plan"]
