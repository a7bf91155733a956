"""Train a config.

example:
  python tools/train.py configs/gat_student_curriculum_kd.py --with-companions --cfg-options data_root=data/can_synthetic
"""

import argparse
import gc
import os
import shlex
import sys


def parse_args() -> argparse.Namespace:
    """The command line; nothing heavy is imported for ``--help``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config file")
    parser.add_argument("--work-dir", help="where the run lives; by default the config says")
    parser.add_argument(
        "--resume", nargs="?", const="auto", help="go on from the newest checkpoint, or from the one named"
    )
    parser.add_argument(
        "--restart", action="store_true", help="move an earlier run in the work directory aside and begin anew"
    )
    parser.add_argument("--amp", action="store_true", help="mixed precision: bf16 where the device has it, else fp16")
    parser.add_argument("--no-validate", action="store_true", help="train without validation")
    parser.add_argument("--auto-scale-lr", action="store_true", help="scale the learning rate to the samples of a step")
    parser.add_argument("--check", action="store_true", help="check the config and stop")
    parser.add_argument("--dry-run", action="store_true", help="build everything, take two steps, leave nothing behind")
    parser.add_argument("--with-companions", action="store_true", help="first train the configs that this one needs")
    parser.add_argument("--kd", metavar="TEACHER_CONFIG", help="distil from this config's network")
    parser.add_argument("--no-kd", action="store_true", help="take the config's KDHook out")
    parser.add_argument(
        "--distillation", choices=["with-kd", "no-kd"], help="with-kd finds the teacher by the run's path"
    )
    parser.add_argument(
        "--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="override values, merged last"
    )
    parser.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if (args.kd is not None) + args.no_kd + (args.distillation is not None) > 1:
        parser.error("--kd, --no-kd and --distillation exclude each other")
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    return args


def load(args: argparse.Namespace):
    """The experiment that the command line describes."""
    from stillhouse.engine import launch
    from stillhouse.engine.config import load_config, parse_options
    from stillhouse.engine.distributed import world_size

    experiment = load_config(args.config, parse_options(args.cfg_options))
    if args.kd:
        experiment = launch.with_distillation(experiment, args.kd)
    elif args.no_kd or args.distillation == "no-kd":
        experiment = launch.without_distillation(experiment)
    elif args.distillation == "with-kd":
        experiment = launch.with_discovered_teacher(experiment)
    if args.amp:
        experiment = launch.set_precision(experiment)
    if args.auto_scale_lr:
        experiment = launch.scale_learning_rate(experiment, world_size(args.launcher))
    if args.no_validate:
        experiment = launch.without_validation(experiment)
    if args.work_dir:
        experiment.cfg.work_dir = args.work_dir
    return experiment


def main(args: argparse.Namespace) -> None:
    """Check, and then do what was asked."""
    if args.check and not args.dry_run:
        # What the imports make lives until the end, which is near: to look for garbage in it costs a tenth of the time.
        gc.disable()
    from stillhouse.engine import launch
    from stillhouse.engine.checking import require
    from stillhouse.engine.distributed import world_size
    from stillhouse.engine.dry_run import dry_run
    from stillhouse.engine.errors import StillhouseError

    if args.dry_run and args.launcher != "none":
        raise StillhouseError("--dry-run: builds in one process; give it without --launcher, or train two steps")
    experiment = load(args)
    processes = 1 if args.launcher == "none" else world_size(args.launcher)
    require(experiment, companions=not args.with_companions, processes=processes)
    if args.check and not args.dry_run:
        given = shlex.join(word for word in sys.argv[1:] if word != "--check")
        print(f"{args.config}: no problems. Train it: python tools/train.py {given}")
        return
    if args.with_companions:
        launch.train_companions(experiment, args.launcher)
    if args.dry_run:
        dry_run(experiment)
        return
    if args.restart and (aside := launch.start_over(experiment, args.launcher)):
        print(f"the earlier run is now in {aside}")
    resume = True if args.resume == "auto" else args.resume or False
    launch.train(experiment, resume, args.launcher)
    if int(os.environ.get("RANK", 0)) == 0:
        folder = experiment.work_dir
        tests, extracts = (
            f"Test it: python tools/test.py {folder}",
            f"Extract it: python tools/publish.py {folder} {folder.name}.pth",
        )
        print(f"{folder} holds the result. {tests if experiment.cfg.get('test_dataloader') else extracts}")


if __name__ == "__main__":
    arguments = parse_args()
    from stillhouse.engine.command import run

    sys.exit(run(main, arguments))
