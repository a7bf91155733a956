"""A page on which reference scenes are browsed, compared, kept and removed."""

from .desk import CurationDesk
from .serving import serve_curation

__all__ = ["CurationDesk", "serve_curation"]
