"""The readers, one format a file; each is a function ``read(path) -> Frames``."""
