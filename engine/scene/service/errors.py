"""What the service refuses: settings or addresses of the one who starts it, and requests."""

from ...errors import StillhouseError


class ServiceError(StillhouseError):
    """The service cannot run as it was asked to."""


class RefusalError(Exception):
    """A request that gets an answer other than an image.

    Args:
        status: of HTTP.
        message: what the client is told.
        retry_after_s: seconds after which it may be tried again; None where that is of no use.
    """

    def __init__(self, status: int, message: str, retry_after_s: int | None = None) -> None:
        self.status, self.message, self.retry_after_s = status, message, retry_after_s
        super().__init__(message)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with it."""
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}
