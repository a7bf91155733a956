"""Write a trained network of CAN windows in a format that runs without PyTorch.

examples:
  python tools/export.py work_dirs/automotive/hcrl_sa/supervised/gat/student/with-kd/curriculum --onnx
  python tools/export.py student.pth --onnx --out exported
"""

import argparse
import sys


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a run's folder, a checkpoint, or a published file")
    parser.add_argument("--onnx", action="store_true", required=True, help="as ONNX, the one format there is")
    parser.add_argument("--out", metavar="DIR", help="the folder for the file; by default that of the weights")
    parser.add_argument("--raw", action="store_true", help="the raw weights, even where averaged ones are there")
    parser.add_argument(
        "--trust-checkpoint", action="store_true", help="read a file that needs pickle, which can run code"
    )
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Export, and say how far the two networks' answers lie apart."""
    from rich import get_console
    from rich.table import Table

    from stillhouse.engine.can.onnx_export import export
    from stillhouse.engine.can.onnx_parity import GRAPHS

    exported = export(args.model, args.out, raw=args.raw, trust=args.trust_checkpoint)
    table = Table("output", "largest difference", title=f"against PyTorch, {GRAPHS} random graphs")
    for name, difference in exported.differences.items():
        table.add_row(name, f"{difference:.2g}")
    get_console().print(table)
    thresholds = ", ".join(f"{name} {held['threshold']:.6g}" for name, held in exported.meta["thresholds"].items())
    print(f"thresholds: {thresholds or 'none; run tools/test.py first to have them in the file'}")
    print(f"{exported.path} holds the network, {exported.path.stat().st_size:,} bytes")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
