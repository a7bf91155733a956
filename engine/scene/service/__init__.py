"""A renderer behind HTTP: the protocol, a bounded queue, and the threads that render."""

from .app import RasterService, build_app
from .errors import RefusalError, ServiceError
from .pool import Draw, RenderPool
from .settings import FULL_SIZE, Settings

__all__ = ["FULL_SIZE", "Draw", "RasterService", "RefusalError", "RenderPool", "ServiceError", "Settings", "build_app"]
