"""Distil a CAN intrusion detector on synthetic traffic: data, teacher, student, and a report of what was gained.

Whatever is already there is kept, so the command can be stopped and given again.

example:
  python tools/demo.py
"""

import argparse
import sys
from pathlib import Path

RUNS = ("gat_teacher_curriculum", "gat_student_curriculum", "gat_student_curriculum_kd")


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", default="work_dirs/demo", help="where the runs and the report go")
    parser.add_argument("--data", default="data/can_synthetic", help="where the synthetic data goes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=200_000, help="frames of an attack-free recording")
    parser.add_argument("--epochs", type=int, default=2, help="of the autoencoder and the teacher")
    parser.add_argument(
        "--student-epochs", type=int, default=4, help="a student's step costs a fourteenth of a teacher's"
    )
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Make the data, train, and report."""
    from make_can import write
    from report_can import report

    from stillhouse.engine import launch
    from stillhouse.engine.checking import require
    from stillhouse.engine.checkpoint import saved
    from stillhouse.engine.config import load_config

    folder = Path(args.folder)
    data = Path(args.data)
    write(data, args.seed, args.rows)
    options = {
        "data_root": str(data), "work_root": str(folder), "cache_dir": str(folder / "cache"),
        "seed": args.seed, "max_epochs": args.epochs, "train_cfg.val_interval": 1,
    }  # fmt: skip
    for name in RUNS:
        experiment = load_config(f"configs/{name}.py", options)
        require(experiment, companions=False)
        launch.train_companions(experiment)
        if "student" in name:
            experiment = load_config(f"configs/{name}.py", {**options, "max_epochs": args.student_epochs})
        if launch.is_finished(experiment):
            print(f"{name}: already trained in {experiment.work_dir}")
            continue
        print(f"{name}: trains in {experiment.work_dir}")
        launch.train(experiment, resume=bool(saved(experiment.work_dir)))
    written = report([folder], folder / "report", f"Distillation on synthetic CAN traffic, seed {args.seed}")
    for kind, path in written.items():
        print(f"{kind}: {path}")
    print("Next, on your own recordings: python tools/train.py configs/gat_student_curriculum_kd.py --with-companions "
          "--cfg-options data_root=FOLDER")  # fmt: skip


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
