"""A web server on a port of this machine: who may reach it, and how it ends."""

import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .errors import StillhouseError


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def listening(host: str, port: int, error: type[StillhouseError]) -> Iterator[socket.socket]:
    """A socket that listens.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        error: raised where the address cannot be used.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as fault:
        raise error(f"--host {host} --port {port}: cannot listen there ({fault}); choose another") from fault
    with listener:
        yield listener


def run_until_signal(server: Any, listener: socket.socket, host: str, say: Callable) -> None:
    """Run uvicorn's server; SIGTERM and Ctrl-C end it and nothing else.

    Once it runs it takes them itself, and raises them again when it has ended.

    Args:
        server: a ``uvicorn.Server``.
        listener: see ``listening``.
        host: as it was asked for, for the address.
        say: told the address.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    known = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        shown = f"[{host}]" if ":" in host else host
        say(f"http://{shown}:{listener.getsockname()[1]}")
        server.run(sockets=[listener])
    finally:
        for one, handler in known.items():
            signal.signal(one, handler)
