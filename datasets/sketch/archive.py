"""Members of an ``.npz`` file: each read alone and without pickle; written atomically, the same content as the same bytes."""

import io
import math
import struct
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError

import numpy as np

from ..replacing import replacing
from .errors import SketchError

MAX_BYTES = 256 << 20
_AGAIN = "Download or write the file again."
_DATE = (1980, 1, 1, 0, 0, 0)
# What damaged names, lengths and places of a zip file end in; NotImplementedError is a RuntimeError.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, OverflowError, RuntimeError)


class Archive:
    """An ``.npz`` file whose members are read on demand.

    Args:
        path: the file.

    Raises:
        SketchError: not a zip file, or one that is cut off.
        FileNotFoundError: no such file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGED as error:
            raise SketchError(path, f"a damaged or truncated file ({error})", "an .npz (zip) file", _AGAIN) from error
        self.names = {name.removesuffix(".npy") for name in self._zip.namelist()}

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_) -> None:
        self._zip.close()

    def require(self, keys: tuple[str, ...]) -> None:
        """Refuse a file without one of the keys.

        Raises:
            SketchError: names the missing keys and those that are there.
        """
        missing = [key for key in keys if key not in self.names]
        if missing:
            got = f"no {', '.join(missing)} (only {', '.join(sorted(self.names)) or 'nothing'})"
            raise SketchError(self.path, got, f"the keys {', '.join(keys)}", _AGAIN)

    def array(self, key: str) -> np.ndarray:
        """One member.

        Raises:
            SketchError: no such key, a member that is damaged or over 256 MiB, or an object array, which only pickle can read.
        """
        self.require((key,))
        stream = io.BytesIO(self.bytes(key))
        try:
            shape, dtype = array_header(stream)
            promised, there = dtype.itemsize * math.prod(shape), len(stream.getbuffer()) - stream.tell()
            if promised > there:  # numpy would take the memory before it looks
                raise ValueError(f"its header promises {promised} bytes, {there} follow")
            stream.seek(0)
            return np.lib.format.read_array(stream, allow_pickle=False)
        except ValueError as error:
            where = f"{self.path} ({key})"
            if "allow_pickle" in str(error):
                remedy = "Unpickling runs code from the file; save plain text, bytes and numbers."
                raise SketchError(where, "an object array (pickle)", "a plain array", remedy) from error
            raise SketchError(where, f"a damaged array ({error})", "a .npy member", _AGAIN) from error

    def bytes(self, key: str) -> bytes:
        """The raw bytes of a member, checked against their CRC.

        Raises:
            SketchError: damaged, or over 256 MiB.
        """
        where = f"{self.path} ({key})"
        info = self._zip.getinfo(f"{key}.npy")
        if info.file_size > MAX_BYTES:
            raise SketchError(where, f"{info.file_size} bytes", f"at most {MAX_BYTES}", "Is it a ControlSketch file?")
        try:
            return self._zip.read(info)
        except (*_DAMAGED, OSError) as error:  # the operating system refuses a place before the file's beginning
            raise SketchError(where, f"a damaged or truncated member ({error})", "whole data", _AGAIN) from error


def array_header(stream: io.BytesIO) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of the ``.npy`` array that begins here; its content comes next.

    Raises:
        ValueError: no such header.
    """
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    try:
        shape, _, dtype = read(stream)
    except (TokenError, SyntaxError) as error:  # numpy reads headers of Python 2 with Python's tokenizer
        raise ValueError(f"its header cannot be read: {error}") from error
    return shape, dtype


def write_archive(path: Path, members: dict[str, np.ndarray], comment: bytes = b"", level: int = 1) -> None:
    """Write an ``.npz`` file under a temporary name and rename it; the same content gives the same bytes.

    Args:
        path: the file; its folder is made.
        members: arrays by name, none of them of objects.
        comment: of the zip file, its last bytes.
        level: of the deflate compression, 0 to 9.
    """
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as file,
    ):
        for name, array in members.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, buffer.getbuffer(), compresslevel=level)
        file.comment = comment
