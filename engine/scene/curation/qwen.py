"""A vision-language model as the judge: Qwen2-VL by transformers, asked by the probabilities of its next token."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.device import get_device
from torch import Tensor

from .errors import CurationError
from .judge import Judge

MODEL = "Qwen/Qwen2-VL-2B-Instruct"
# Another number whenever a question below changes.
VERSION = 1
COMPARED = (
    "Both images are abstract line drawings on black, made of repeated shapes. Which one is more beautiful, by its composition, "
    "balance, rhythm and detail? Answer with one letter, A or B."
)
RATED = (
    "This is an abstract line drawing on black, made of repeated shapes. How beautiful is it, by its composition, balance, "
    "rhythm and detail? Answer with one digit from 0, ugly or empty, to 9, outstanding."
)
REACH_S = 10.0
LETTERS, DIGITS = tuple("AB"), tuple("0123456789")


class QwenJudge(Judge):
    """Reads the probabilities of ``A`` and ``B``, or of ten digits, instead of words: a score has no steps.

    Args:
        model: a name on the Hugging Face hub, or a folder with the model and its processor.
        batch: pairs or images in one call.

    Raises:
        ImportError: transformers is absent.
        CurationError: the weights can be neither found nor downloaded.

    Source:
        Wang et al., Qwen2-VL: Enhancing Vision-Language Model's Perception of the World at Any Resolution (2024),
        arXiv:2409.12191.
    """

    def __init__(self, model: str = MODEL, batch: int = 4) -> None:
        self.model, self.batch = model, batch
        self._loaded: tuple[Any, Any] | None = None

    def ready(self) -> None:
        self._load()

    def facts(self) -> dict:
        return {"scorer": "qwen", "model": self.model, "version": VERSION}

    def compare(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> list[float]:
        content = [_text("Image A:"), _IMAGE, _text("Image B:"), _IMAGE, _text(COMPARED)]
        return self._shares(content, [list(pair) for pair in pairs], LETTERS)[:, 0].tolist()

    def rate(self, images: Sequence[Tensor]) -> list[float]:
        shares = self._shares([_IMAGE, _text(RATED)], [[image] for image in images], DIGITS)
        return (shares @ torch.linspace(0, 1, len(DIGITS))).tolist()

    @torch.no_grad()
    def _shares(self, content: list[dict], images: list[list[Tensor]], answers: Sequence[str]) -> Tensor:
        """How probable each answer is among the answers, (B, answers), for one question with the images of each of B rows."""
        model, processor = self._load()
        question = [{"role": "user", "content": content}]
        text = processor.apply_chat_template(question, tokenize=False, add_generation_prompt=True)
        pictures = [[_pixels(image) for image in row] for row in images]
        # Images of one size make rows of one length: nothing is padded, and the last place is the answer's.
        inputs = processor(text=[text] * len(images), images=pictures, return_tensors="pt").to(model.device)
        logits = model(**inputs).logits[:, -1].float().cpu()
        return logits[:, [_token(processor.tokenizer, answer) for answer in answers]].softmax(1)

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            self._loaded = load_qwen(self.model)
        return self._loaded


def load_qwen(name: str) -> tuple[Any, Any]:
    """The model in evaluation mode on the device in use, bfloat16 on a GPU, and its processor.

    Raises:
        ImportError, CurationError: as ``QwenJudge``.
    """
    try:
        from transformers import AutoProcessor, Qwen2VLForConditionalGeneration
    except ImportError as error:
        raise ImportError('the scorer "qwen" needs transformers: pip install "stillhouse[aesthetics]"') from error
    device = get_device()
    try:
        folder = _fetched(name)
        processor = AutoProcessor.from_pretrained(folder)
        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        model = Qwen2VLForConditionalGeneration.from_pretrained(folder, dtype=dtype, use_safetensors=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise _absent(name, error) from error
    return model.to(device).eval(), processor  # type: ignore[arg-type]


def _fetched(name: str) -> str:
    """The folder of a model: itself, of the cache, or downloaded.

    Raises:
        OSError: the network cannot be reached, or has no such model.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    if Path(name).is_dir():
        return name
    try:
        return snapshot_download(name, local_files_only=True)
    except LocalEntryNotFoundError:
        pass
    try:
        # Asked once before the download, which tries every file again for half a minute each.
        HfApi().model_info(name, timeout=REACH_S)
    except Exception as error:
        raise OSError(str(error)) from error
    return snapshot_download(name)


def _absent(name: str, error: Exception) -> CurationError:
    reason = (str(error).splitlines() or [type(error).__name__])[0][:160]
    return CurationError(
        f"{name}: neither in the Hugging Face cache nor to be downloaded ({reason}). Fetch it once where the network is "
        f"reachable (`hf download {name}`, 4.4 GB) and copy ~/.cache/huggingface, or name a folder that holds it with --model; "
        "--scorer heuristic and --scorer human need no weights."
    )


def _text(words: str) -> dict:
    return {"type": "text", "text": words}


_IMAGE = {"type": "image"}


def _pixels(image: Tensor) -> Any:
    """(3, H, W) in [0, 1] as uint8, which the processor scales itself."""
    return (255 * image.clamp(0, 1)).round().byte().cpu()


def _token(tokenizer: Any, answer: str) -> int:
    found = tokenizer.encode(answer, add_special_tokens=False)
    if len(found) != 1:
        raise CurationError(f"the tokenizer makes {len(found)} tokens of {answer!r}, expected 1; take a Qwen2-VL model")
    return found[0]
