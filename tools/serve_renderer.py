"""Serve the embedded renderer of scenes over HTTP.

examples:
  python tools/serve_renderer.py
  python tools/serve_renderer.py --port 8080 --workers 4 --device cuda
  curl -o scene.png -d '{"geometry": "ring", "repetitions": 60, "rotationFactor": 0.1}' http://127.0.0.1:3000/api/raster

POST /api/raster takes a scene as JSON: flat, prefixed, or a map of entries. docs/scene.md has the protocol. SIGTERM or
Ctrl-C ends it once what is being rendered has been sent.
"""

import argparse
import sys


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=3000, help="default 3000; 0 takes a free one")
    parser.add_argument("--workers", type=int, help="threads that render (default: as many as cores, 8 at most)")
    parser.add_argument("--queue", type=int, default=64, help="requests that may wait (default 64); others get 503")
    parser.add_argument("--queue-timeout", type=float, default=30, metavar="SECONDS", help="in the queue (default 30)")
    parser.add_argument("--max-batch", type=int, default=8, help="small images drawn together at most (default 8)")
    parser.add_argument("--max-body", type=int, default=64, metavar="KIB", help="of a request (default 64)")
    parser.add_argument("--device", default="cpu", help="of PyTorch (default cpu)")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    import torch

    from stillhouse.engine.listening import is_loopback
    from stillhouse.engine.scene.service import Settings
    from stillhouse.engine.scene.service.embedded import embedded
    from stillhouse.engine.scene.service.server import serve
    from stillhouse.engine.scene.service.settings import default_workers

    settings = Settings(
        workers=default_workers() if args.workers is None else args.workers,
        queue_limit=args.queue,
        queue_timeout_s=args.queue_timeout,
        max_batch=args.max_batch,
        max_body=args.max_body << 10,
    )
    if not is_loopback(args.host):
        warn(args.host)
    # The workers share the cores; threads of PyTorch's own on top would only wait for each other.
    torch.set_num_threads(max(1, torch.get_num_threads() // settings.workers))
    serve(
        embedded(args.device),
        settings,
        args.host,
        args.port,
        lambda address: print(f"{address}  (Ctrl-C ends it)", flush=True),
    )
    print("ended")


def warn(host: str) -> None:
    """Say what it means that other machines can reach the service."""
    print(
        f"warning: --host {host} can be reached from other machines, without encryption. Anyone there can have scenes rendered; "
        "put it behind a proxy that asks who they are.",
        file=sys.stderr,
    )


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
