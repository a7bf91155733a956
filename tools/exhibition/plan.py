"""The gallery's exhibits in their order, and the command that makes what each of them shows."""

from . import can, latent, scene, sketch, text
from .exhibit import Exhibit, Hall, NothingToShow, Picture
from .found import Run

DOMAINS = {
    "can": "CAN intrusion detection",
    "sketch": "Sketches",
    "scene": "Scenes",
    "latent": "Sentences as latents",
    "minigpt": "Text",
}
EXPLORED = "explored"
TRAIN = "python tools/train.py configs/{}.py --with-companions --resume"


def _explored(run: Run, hall: Hall) -> list[Picture]:
    folder = scene.find_explored(list(hall.folders))
    if folder is None:
        raise NothingToShow("no exploration in these folders")
    return scene.explored(folder)


EXHIBITS = (
    Exhibit(
        "detector", "can", "A detector of attacks",
        ("gat_student_curriculum_kd", "gat_student_curriculum", "gat_teacher_curriculum", "gat_teacher_normal"),
        {"detection/f1": "F1", "detection/auroc": "AUROC", "detection/episode_recall": "episodes found"},
        "python tools/demo.py", can.detector,
    ),
    Exhibit(
        "sketches", "sketch", "Sketches of a class", ("sketch_flow_small", "sketch_flow", "sketch_flow_dit"),
        {"sketch/mmd_ratio": "MMD ratio", "sketch/coverage": "coverage", "sketch/agreement_raster": "judge's agreement"},
        TRAIN.format("sketch_flow_small"), sketch.generator,
    ),
    Exhibit(
        "distilled", "sketch", "Sketches of images", ("sketch_distill_clip", "sketch_distill_clip_plan"),
        {"sketch/agreement_points": "judge's agreement", "sketch/gap_ratio": "gap ratio"},
        TRAIN.format("sketch_distill_clip") + " --cfg-options image_dir=data/photos", sketch.distilled,
    ),
    Exhibit(
        "preferred", "sketch", "Sketches tuned by preferences", ("sketch_flow_dpo", "sketch_flow_dpo_plan"),
        {"preferences/held_out_accuracy": "held-out accuracy", "preferences/held_out_loss": "held-out loss"},
        "python tools/preference_rounds.py work_dirs/sketch_flow_small --rule curved --pairs 200", sketch.preferred,
    ),
    Exhibit(
        "proxy", "scene", "A renderer imitated", ("scene_forward_small", "scene_forward"),
        {"scene/l1_ratio": "L1, of the mean image's", "scene/ssim": "SSIM"},
        TRAIN.format("scene_forward_small"), scene.proxy,
    ),
    Exhibit(
        "inverse", "scene", "From a picture to its scene",
        ("scene_inverse_small", "scene_inverse_quality", "scene_inverse_all"),
        {"scene/geometry_accuracy": "geometry right", "scene/continuous_ratio": "error of numbers, of the mean's"},
        TRAIN.format("scene_inverse_small"), scene.inverse,
    ),
    Exhibit(
        "feedback", "scene", "A picture found by looking again", ("scene_inverse_feedback",),
        {"scene/beats_all": "nearer than every baseline", "scene/ssim": "SSIM"},
        TRAIN.format("scene_inverse_feedback"), scene.feedback,
    ),
    Exhibit(
        EXPLORED, "scene", "Scenes bred for novelty", (), {}, "python tools/explore.py -n 24", _explored,
    ),
    Exhibit(
        "latents", "latent", "Latents like natural images", ("phase1_quick_test", "phase1_full", "phase1_reduced"),
        {"latent/alpha": "spectral slope", "latent/kurtosis": "gradient kurtosis"},
        TRAIN.format("phase1_quick_test"), latent.latents,
    ),
    Exhibit(
        "text", "minigpt", "A small GPT", ("minigpt",), {"nll": "nats a token, held out"},
        TRAIN.format("minigpt"), text.sample,
    ),
)  # fmt: skip
