"""torch: the reference that the other engines are measured against. Needs the train extra and the checkpoint.

A checkpoint is a pickle: it is loaded only from bytes whose sha256 the manifest vouches for. The bare forward pass of
an Ultralytics network imports no torchvision, so this works where torchvision's compiled operators do not load.
"""

import importlib
import importlib.util
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from PIL import Image

from inference.backends.protocol import SMALL_BATCH, Batch, RawOutput
from inference.read_ahead import read_ahead
from model.errors import ModelError

GROUPS = ("part", "damage", "damaged_part")
"""The order of the boxes in the output of a head that has one box for each group of labels."""


class TorchBackend:
    """The Ultralytics network of a verified checkpoint, with the one-to-many head, in float32."""

    name = "torch"

    def __init__(self, checkpoint: bytes, *, threads: int | None = None) -> None:
        """``threads`` is torch's own setting for the whole process; None leaves it alone."""
        _check_installed()
        keep_ultralytics_to_itself()
        import torch

        if threads is not None:
            torch.set_num_threads(threads)
        self.version: str = torch.__version__
        self.network = load_network(checkpoint)
        self.labels: tuple[str, ...] = tuple(self.network.names.values())
        self.network.fuse(verbose=False)
        self.network.to(memory_format=torch.channels_last)
        prepare_to_serve(self.network)

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """See ``Backend.output_shape``."""
        return self.run(SMALL_BATCH).shape

    def run(self, batch: Batch) -> RawOutput:
        """See ``Backend.run``."""
        import torch

        try:
            with torch.inference_mode():
                photos = torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255
                output: RawOutput = served_output(self.network, photos).numpy()
        except RuntimeError as error:
            raise ModelError("run_failed", str(error)) from error
        return output

    def run_many(self, batches: Iterable[Batch]) -> Iterator[RawOutput]:
        """See ``Backend.run_many``."""
        return read_ahead(self.run, batches, workers=1)


def _check_installed() -> None:
    """Raise ``model.backend_missing`` when what a checkpoint needs is not there."""
    for package in ("torch", "ultralytics"):
        if importlib.util.find_spec(package) is None:
            raise ModelError("backend_missing", f"{package} is not installed: pip install 'quickclaim[train]'")


def keep_ultralytics_to_itself() -> None:
    """No telemetry, no downloads, no installing, no files in the user's folder, and Pillow left as it is.

    Call before importing Ultralytics: it replaces ``PIL.Image.open`` by one that installs packages for unknown files.
    """
    os.environ["YOLO_OFFLINE"] = "true"
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ["YOLO_VERBOSE"] = "false"
    os.environ["YOLO_CONFIG_DIR"] = _config_folder().name
    if importlib.util.find_spec("ultralytics") is not None:
        own = Image.open
        importlib.import_module("ultralytics.utils.patches")
        Image.open = own


@cache
def _config_folder() -> tempfile.TemporaryDirectory[str]:
    """One for this process; removed when it ends."""
    return tempfile.TemporaryDirectory(prefix="quickclaim-ultralytics-")


def load_network(checkpoint: bytes) -> Any:
    """The network of a checkpoint in float32 and evaluation mode, set to its one-to-many head."""
    keep_ultralytics_to_itself()
    import torch

    try:
        content = torch.load(io.BytesIO(checkpoint), map_location="cpu", weights_only=False)
        network = (content.get("ema") or content["model"]).float().eval()
        network.model[-1].end2end = False
    except Exception as error:  # a pickle may raise anything
        raise ModelError("weights_unreadable", f"checkpoint: {error}") from error
    return network


def prepare_to_serve(network: Any) -> None:
    """Set the head to answer with bare tensors, whatever its kind."""
    head = network.model[-1]
    head.export = True
    if getattr(head, "box_groups", None) is not None:
        head.training = True  # this flag alone: the head then gives what it computes, before any decoding


def served_output(network: Any, photos: Any) -> Any:
    """(n, 3, h, w) float in 0..1 → the served output: (n, 4 + labels, anchors), or with one box for each group of
    labels (n, 4 x groups + labels, anchors). Boxes are centre x, centre y, width, height in network pixels."""
    head = network.model[-1]
    if getattr(head, "box_groups", None) is None:
        return network(photos)
    return grouped_output(network(photos), head.stride)


def grouped_output(raw: Any, strides: Any) -> Any:
    """What a grouped head computes (see ``served_output``) → its output."""
    import torch
    from ultralytics.utils.tal import dist2bbox, make_anchors

    anchors, scale = (part.transpose(0, 1) for part in make_anchors(raw["feats"], strides, 0.5))
    boxes = [dist2bbox(part, anchors[None], xywh=True, dim=1) * scale for part in raw["boxes"].chunk(len(GROUPS), 1)]
    return torch.cat([*boxes, raw["scores"].sigmoid()], 1)
