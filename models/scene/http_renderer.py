"""A renderer behind HTTP, with the embedded one's interface."""

import json
import os
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import torch
from torch import Tensor

from ...datasets.scene.forms import to_prefixed
from ...registry import MODELS
from .http_image import decode_image, require_pillow
from .http_retries import RequestError, Retries, UnreachableError

FULL_SIZE = 1024
CONNECT_TIMEOUT_S = 10.0
MAX_REPLY = 16 << 20  # bytes; a raw image of 1024 x 1024 has 3 MiB
SHOWN = 5
MOST_THREADS = 12
THREADS = "HttpRenderer"  # how their names begin


class RenderError(RuntimeError):
    """Some scenes have no image.

    Attributes:
        images: the others by their position, (3, H, W) each.
        errors: why there is none, by position.
    """

    def __init__(self, images: dict[int, Tensor], errors: dict[int, Exception]) -> None:
        self.images, self.errors = images, errors
        shown = "; ".join(f"scene {index}: {errors[index]}" for index in sorted(errors)[:SHOWN])
        more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        super().__init__(f"{len(errors)} of {len(images) + len(errors)} scenes have no image: {shown}{more}")


@MODELS.register_module()
class HttpRenderer:
    """Draws scenes by asking a service, several at a time; no gradients.

    A request that fails by its connection, a time-out, a status of 5xx, 429 or 408, or a damaged image is tried again after
    pauses that double. A service that cannot be reached at all, as while it is restarted, is waited for. Proxies of the
    environment are not used, and redirects are not followed.

    Args:
        url: of the service, such as ``http://127.0.0.1:3000``.
        size: side of the images in pixels, 1024 at most.
        timeout_s: seconds for one attempt.
        retries: attempts after the first one.
        reach_s: seconds for which a service that cannot be reached is waited for.
        threads: requests at a time; None for as many as there are cores, 12 at most.
        lossless: ask for PNG also below 1024 pixels, where the protocol's own format is JPEG of quality 80.

    Raises:
        ValueError: a URL, size or number out of range.
        ImportError: httpx or Pillow is absent.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:3000",
        size: int = 256,
        timeout_s: float = 60.0,
        retries: int = 3,
        reach_s: float = 60.0,
        threads: int | None = None,
        lossless: bool = True,
    ) -> None:
        self.url, self.size, self.timeout_s, self.retries, self.reach_s = url, size, timeout_s, retries, reach_s
        self.threads = min(os.cpu_count() or 1, MOST_THREADS) if threads is None else threads
        self.lossless = lossless
        self._check()
        self._made: tuple[int, Any] | None = None
        self._making = threading.Lock()
        _require_httpx()
        require_pillow()

    def render(self, scenes: Sequence[dict], size: int | None = None) -> Tensor:
        """Images of all scenes, in their order.

        Args:
            scenes: complete, and within the schema.
            size: side in pixels; None for the renderer's own.

        Returns:
            (B, 3, size, size) float32 in [0, 1].

        Raises:
            RenderError: some have none; it holds the others.
            ValueError: a size out of range.
        """
        size = self.size if size is None else size
        images: dict[int, Tensor] = {}
        errors: dict[int, Exception] = {}
        for index, found in self.stream(scenes, size):
            if isinstance(found, Exception):
                errors[index] = found
            else:
                images[index] = found
        if errors:
            raise RenderError(images, errors)
        blank = torch.empty(0, 3, size, size)
        return torch.stack([images[i] for i in range(len(scenes))]) if images else blank

    def stream(self, scenes: Iterable[dict], size: int | None = None) -> Iterator[tuple[int, Tensor | Exception]]:
        """Each scene's position and its image, or why there is none, as they come; every position once.

        Closing the iterator gives up what has not been asked for yet.

        Args:
            scenes: complete, and within the schema; taken as they are needed.
            size: side in pixels; None for the renderer's own.

        Raises:
            ValueError: a size out of range.
        """
        size = _checked(self.size if size is None else size)
        stopped = threading.Event()
        threads = ThreadPoolExecutor(self.threads, THREADS)
        rest = iter(enumerate(scenes))
        waiting: dict[Future[Tensor], int] = {}
        try:
            while True:
                # No more than the threads need: the images of a long list would fill the memory.
                for index, scene in islice(rest, 2 * self.threads - len(waiting)):
                    waiting[threads.submit(self._image, scene, size, stopped)] = index
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), _outcome(future)
        finally:
            stopped.set()
            threads.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Close the connections; another request opens new ones."""
        with self._making:
            if self._made is not None:
                self._made[1].close()
            self._made = None

    def __getstate__(self) -> dict:
        """Without connections, which no other process can use."""
        return {name: value for name, value in vars(self).items() if name not in ("_made", "_making")}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state, _made=None, _making=threading.Lock())

    def _image(self, scene: dict, size: int, stopped: threading.Event) -> Tensor:
        body = json.dumps(to_prefixed(scene), allow_nan=False).encode()
        retries = Retries(self.retries, self.reach_s, random.Random())
        while True:
            try:
                return self._attempt(body, size)
            except RequestError as error:
                if stopped.wait(retries.pause_after(error)):
                    raise

    def _attempt(self, body: bytes, size: int) -> Tensor:
        httpx = _require_httpx()
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        try:
            with self._client().stream(
                "POST", "/api/raster", content=body, params=self._query(size), headers=headers
            ) as reply:
                content = _read(reply, time.monotonic() + self.timeout_s)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise UnreachableError(f"{self.url}: cannot be reached ({error})") from error
        except httpx.TransportError as error:
            message = str(error) or type(error).__name__
            raise RequestError(f"{self.url}: the connection failed ({message})", again=True) from error
        if reply.status_code != 200:
            raise _refusal(reply.status_code, reply.headers, content, self.url)
        try:
            return decode_image(content, size)
        except ValueError as error:
            raise RequestError(f"{self.url}: sent {error}", again=True) from error

    def _query(self, size: int) -> dict[str, str]:
        sized = {"size": str(size), **({"format": "png"} if self.lossless else {})}
        return {"strict": "1", **(sized if size < FULL_SIZE else {})}

    def _client(self) -> Any:
        """Connections of this process; those of a parent that forked belong to the parent."""
        with self._making:
            if self._made is None or self._made[0] != os.getpid():
                self._made = (os.getpid(), self._connections())
            return self._made[1]

    def _connections(self) -> Any:
        httpx = _require_httpx()
        timeout = httpx.Timeout(self.timeout_s, connect=min(self.timeout_s, CONNECT_TIMEOUT_S))
        limits = httpx.Limits(max_connections=self.threads, max_keepalive_connections=self.threads)
        return httpx.Client(base_url=self.url, timeout=timeout, limits=limits, trust_env=False)

    def _check(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"HttpRenderer.url: got {self.url!r}, expected http://HOST:PORT")
        _checked(self.size)
        for name, least in ("timeout_s", 1e-3), ("retries", 0), ("reach_s", 0), ("threads", 1):
            if not getattr(self, name) >= least:
                raise ValueError(f"HttpRenderer.{name}: got {getattr(self, name)}, expected at least {least:g}")


def _checked(size: int) -> int:
    if not 1 <= size <= FULL_SIZE:
        raise ValueError(f"HttpRenderer.size: got {size}, expected 1 to {FULL_SIZE}")
    return size


def _outcome(future: Future[Tensor]) -> Tensor | Exception:
    error = future.exception()
    if isinstance(error, Exception):
        return error
    return future.result()


def _read(reply: Any, end: float) -> bytes:
    """A reply's bytes, as many and for as long as are allowed."""
    content = bytearray()
    for chunk in reply.iter_raw():
        content += chunk
        if len(content) > MAX_REPLY:
            raise RequestError(f"{reply.url.host}: the reply has more than {MAX_REPLY >> 20} MiB")
        if time.monotonic() > end:
            raise RequestError(f"{reply.url.host}: the reply did not end in time", again=True)
    return bytes(content)


def _refusal(status: int, headers: Any, content: bytes, url: str) -> RequestError:
    said = content[:300].decode(errors="replace")
    told = headers.get("retry-after", "")
    pause = float(told) if told.isdecimal() and len(told) < 6 else 0.0
    return RequestError(
        f"{url}: status {status}, {said!r}", again=status >= 500 or status in (408, 429), retry_after_s=pause
    )


def _require_httpx() -> Any:
    try:
        import httpx
    except ImportError as error:
        raise ImportError('HttpRenderer needs httpx: pip install "stillhouse[scene]"') from error
    return httpx
