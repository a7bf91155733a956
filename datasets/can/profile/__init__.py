"""What a vehicle's own benign traffic says about a frame: a profile, the evidence against a frame, and features of nodes."""

from .evidence import EVIDENCE, Evidence, evidence_of
from .history import Changes, History
from .profile import Profile

__all__ = ["EVIDENCE", "Changes", "Evidence", "History", "Profile", "evidence_of"]
