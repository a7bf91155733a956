"""Watch a log or a live bus with a trained detector, and raise alarms.

examples:
  python tools/detect.py work_dirs/.../gat/student/with-kd/curriculum drive.log
  python tools/detect.py student.pth drive.blf --calibrate benign.log --target-fpr 1e-3 --out alarms.jsonl
  python tools/detect.py student.pth --interface socketcan --channel can0 --calibrate-seconds 30 --every 50ms

Alarms are lines of JSON (--out): time, score, threshold, and the identifiers that carry the score. The terminal joins them to
episodes. SIGTERM or Ctrl-C ends the watch after the frames in hand, with its summary; a second one ends it at once.
"""

import argparse
import sys

UNITS_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
HELD = 1 << 16


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a run's folder, a checkpoint, or a published file")
    parser.add_argument(
        "input", nargs="?", help="a log: candump .log, .asc, .blf, .trc, .mf4, .db, .csv, .txt, .parquet"
    )
    bus = parser.add_argument_group("a live bus, by python-can")
    bus.add_argument("--interface", help="socketcan, udp_multicast, virtual, pcan, vector, ...")
    bus.add_argument("--channel", help="can0, a multicast address, ...")
    bus.add_argument("--bus-option", nargs="+", default=[], metavar="KEY=VALUE", help="such as bitrate=500000")
    windows = parser.add_argument_group("windows")
    windows.add_argument("--stride", type=int, help="frames from one window's start to the next (default: as trained)")
    windows.add_argument(
        "--every", type=seconds, metavar="TIME", help="such as 50ms: then, of the last frames, instead"
    )
    windows.add_argument("--part", type=part, default=(0.0, 1.0), metavar="FROM:TO", help="of a log, such as 0.5:1")
    windows.add_argument("--pace", type=float, help="hand a log over at this multiple of its recorded speed")
    windows.add_argument(
        "--profile", metavar="LOG", help="benign traffic of this vehicle, where training does not know it"
    )
    limit = parser.add_argument_group("threshold (default: the one that came with the model)")
    limit.add_argument("--threshold", type=float, help="a score above it is an alarm")
    limit.add_argument("--calibrate", metavar="LOG", help="fit the threshold on this benign log")
    limit.add_argument("--calibrate-part", type=part, default=(0.0, 1.0), metavar="FROM:TO", help="of that log")
    limit.add_argument(
        "--calibrate-seconds", type=float, metavar="N", help="fit it on the first N seconds of the input"
    )
    limit.add_argument("--target-fpr", type=float, help="share of benign windows that may be alarms (default 1e-3)")
    shown = parser.add_argument_group("output")
    shown.add_argument(
        "--out", metavar="FILE", help="append alarms, notices and the summary as JSON lines; - prints them"
    )
    shown.add_argument("--json", action="store_true", help="print the summary as one JSON object")
    shown.add_argument("--quiet", action="store_true", help="nothing on the terminal but what --out - and --json print")
    shown.add_argument("--gap", type=seconds, default=1.0, metavar="TIME", help="joins alarms to episodes (default 1s)")
    parser.add_argument("--backend", choices=["torch", "onnx"], default="torch", help="what scores windows")
    parser.add_argument("--onnx-file", metavar="FILE", help="of tools/export.py (default: beside the checkpoint)")
    parser.add_argument(
        "--trust-checkpoint", action="store_true", help="read a file that needs pickle, which can run code"
    )
    args = parser.parse_args()
    refuse(parser, args)
    return args


def refuse(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """End where options contradict each other."""
    if (args.input is None) == (args.interface is None):
        parser.error("name one input: a log, or a bus with --interface")
    if (args.threshold is not None) + (args.calibrate is not None) + (args.calibrate_seconds is not None) > 1:
        parser.error("--threshold, --calibrate and --calibrate-seconds exclude each other")
    if args.target_fpr is not None and args.calibrate is None and args.calibrate_seconds is None:
        parser.error("--target-fpr needs benign traffic: --calibrate LOG or --calibrate-seconds N")
    if args.stride is not None and args.every is not None:
        parser.error("--stride and --every exclude each other")
    if args.interface and (args.part != (0.0, 1.0) or args.pace):
        parser.error("--part and --pace are of logs")
    if args.pace is not None and args.pace <= 0:
        parser.error("--pace: expected a positive number")
    if args.calibrate_seconds is not None and args.calibrate_seconds <= 0:
        parser.error("--calibrate-seconds: expected a positive number")


def seconds(text: str) -> float:
    """A time such as 50ms, 2s or 0.05."""
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        found = float(number) * UNITS_S[text[len(number) :] or "s"]
    except (ValueError, KeyError):
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a time such as 50ms, 2s or 0.05")
    return found


def part(text: str) -> tuple[float, float]:
    """A stretch such as 0.5:1."""
    try:
        first, end = (float(word) for word in text.split(":"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: expected FROM:TO, such as 0.5:1") from None
    if not 0 <= first < end <= 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected FROM:TO with 0 <= FROM < TO <= 1")
    return first, end


def threshold_of(args: argparse.Namespace, loaded):
    """The threshold that the options ask for; None where the input's own start gives it."""
    from stillhouse.engine.can.sources import LogSource
    from stillhouse.engine.can.threshold import Threshold, benign_scores, fit_threshold, stored_threshold

    if args.threshold is not None:
        return Threshold(args.threshold, "--threshold")
    if args.calibrate_seconds is not None:
        return None
    if args.calibrate is None:
        return stored_threshold(loaded.file, loaded.meta)
    scores = benign_scores(loaded.detector, LogSource(args.calibrate, args.calibrate_part))
    loaded.detector.restart()
    return fit_threshold(scores, target_fpr(args), args.calibrate)


def target_fpr(args: argparse.Namespace) -> float:
    """The rate that a threshold is fitted for."""
    return 1e-3 if args.target_fpr is None else args.target_fpr


def source_of(args: argparse.Namespace, detector, say):
    """Where the frames come from."""
    from stillhouse.engine.can.bus import BusSource
    from stillhouse.engine.can.sources import LogSource, PacedSource
    from stillhouse.engine.config import parse_options

    if args.interface:
        return BusSource(args.interface, args.channel, parse_options(args.bus_option), lambda: detector.needed, say)
    log = LogSource(args.input, args.part, say=say)
    return PacedSource(log, args.pace, lambda: detector.needed) if args.pace else log


def listeners_of(args: argparse.Namespace, say) -> list:
    """Who is told of alarms: the record first, so that its lost lines stand in what the others show."""
    import json

    from rich.console import Console

    from stillhouse.engine.can.record import Record
    from stillhouse.engine.can.view import Lines, Recorder, View

    found: list = []
    if args.out == "-":
        found.append(Lines(lambda entry: print(json.dumps(entry), flush=True)))
    elif args.out:
        found.append(Recorder(Record(args.out, say)))
    if not args.quiet:
        found.append(View(Console(stderr=True)))
    return found


def main(args: argparse.Namespace) -> int:
    """Watch until the input ends or a signal comes."""
    import gc
    import json
    import warnings

    import torch

    warnings.filterwarnings("ignore", category=FutureWarning, module="torch")  # PyTorch Geometric compiles at import
    from stillhouse.engine.can.loading import load_detector
    from stillhouse.engine.can.summary import Summary
    from stillhouse.engine.can.watch import Watch, stopping

    torch.set_num_threads(1)
    say = Say()
    loaded = load_detector(args.model, args.stride, args.every, args.backend, args.onnx_file, args.trust_checkpoint)
    if args.profile:
        from stillhouse.datasets.can import read_frames

        loaded.detector.maker = loaded.detector.maker.with_profile(read_frames(args.profile))
        loaded.detector.restart()
    threshold = threshold_of(args, loaded)
    source = source_of(args, loaded.detector, say)
    name = getattr(source, "name", args.input)
    summary = Summary(f"{loaded.kind} {loaded.file}", name, threshold)
    watch = Watch(
        loaded.detector, summary, listeners_of(args, say), args.calibrate_seconds or 0.0, target_fpr(args), args.gap
    )
    say.watch = watch
    gc.collect()
    gc.freeze()  # what is loaded stays: looking through it again and again would cost milliseconds
    with stopping() as stop:
        entry = watch.run(source, stop)
    if args.json:
        print(json.dumps(entry))
    return 0


class Say:
    """Passes on what sources and records say, once there is a watch to tell."""

    watch = None

    def __call__(self, message: str) -> None:
        if self.watch is None:
            print(message, file=sys.stderr)
        else:
            self.watch.notice(message)


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
