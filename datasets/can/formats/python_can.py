"""Whatever python-can opens: candump .log, .asc, .blf, .trc, .mf4, .db. These logs carry no labels."""

from pathlib import Path

import numpy as np

from ..errors import CANFormatError
from ..frames import Frames
from .hcrl import nothing

SUFFIXES = (".log", ".asc", ".blf", ".trc", ".mf4", ".db")


def read(path: Path) -> Frames:
    """Read one log, message by message; error frames are left out.

    Args:
        path: the file.

    Returns:
        frames without labels; a remote frame has an empty payload.

    Raises:
        CANFormatError: python-can cannot read it, a CAN FD frame, or no frames.
        ImportError: python-can is absent.
    """
    try:
        import can
    except ImportError as error:
        raise ImportError(f"{path}: this log needs python-can. Install the extra: pip install -e '.[can]'") from error
    rows = []
    try:
        with can.LogReader(str(path)) as reader:
            rows.extend((m.timestamp, m.arbitration_id, bytes(m.data)) for m in reader if not m.is_error_frame)
    except Exception as error:
        remedy = "Check that the suffix matches the format, and mend or drop that frame."
        raise CANFormatError(f"{path}, frame {len(rows) + 1}", f"{error!r}", f"a {path.suffix} log", remedy) from error
    if not rows:
        raise nothing(path)
    return _frames(path, *zip(*rows))


def _frames(path: Path, time_s: tuple, can_id: tuple, data: tuple) -> Frames:
    dlc = np.array([len(one) for one in data])
    if (dlc > 8).any():
        row = int((dlc > 8).argmax())
        remedy = "CAN FD is not supported; convert or drop such frames."
        raise CANFormatError(f"{path}, frame {row + 1}", f"{dlc[row]} bytes", "at most 8", remedy)
    payload = np.frombuffer(b"".join(one.ljust(8, b"\0") for one in data), np.uint8).reshape(-1, 8)
    return Frames(np.array(time_s, float), np.array(can_id, np.uint32), payload, dlc.astype(np.uint8), None, str(path))
