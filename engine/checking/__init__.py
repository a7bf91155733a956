"""The check of a config before anything is built: every problem at once, each with its path and its remedy."""

from .check import check, require, warnings

__all__ = ["check", "require", "warnings"]
