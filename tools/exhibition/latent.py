"""Latents of sentences: as images, and their spectra beside those of natural images."""

from .exhibit import Hall, Picture
from .found import Run
from .plates import drawn_file

SENTENCES = 64  # of the spectra
SHOWN = 8


def latents(run: Run, hall: Hall) -> list[Picture]:
    """Held-out sentences beside their latents, and the latents' spectra."""
    from stillhouse.engine.evaluation.latent.montage import channel_montage
    from stillhouse.engine.evaluation.latent.photographs import photograph_maps
    from stillhouse.engine.evaluation.latent.pictures import power_spectra
    from stillhouse.engine.evaluation.latent.trained import Trained

    trained = Trained.load(run.folder)
    maps, photographs = trained.held_out_latents(SENTENCES), photograph_maps()
    texts = list(getattr(trained.held_out, "sentences", []))[:SHOWN]
    montage = drawn_file(lambda file: channel_montage(maps[:SHOWN], file, texts, photographs))
    return [
        Picture(
            "Sentences as images",
            "Held-out sentences, the channels of their latents on one grey scale, and crops of photographs for comparison.",
            montage,
        ),
        Picture(
            "Spectra",
            "Power over spatial frequency, beside photographs and the band in which natural images fall, 1/f in amplitude.",
            drawn_file(lambda file: power_spectra(maps, file, photographs)),
        ),
    ]
