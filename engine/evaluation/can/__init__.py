"""Reports on detectors of attacks: pictures and a page."""

from .report import log_pictures, write_detection_report
from .tested import TestedWindows, load_tested

__all__ = ["TestedWindows", "load_tested", "log_pictures", "write_detection_report"]
