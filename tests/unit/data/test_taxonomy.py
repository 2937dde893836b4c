"""The taxonomy agrees with what ships, and gives every label a meaning."""

import pytest

from data.taxonomy import read_taxonomy
from inference.testing import shipped_manifest
from model.errors import ModelError
from model.vocabulary import LabelGroup, Side


def test_the_shipped_manifest_means_what_the_taxonomy_says() -> None:
    manifest = shipped_manifest()
    meanings = read_taxonomy(manifest.name)
    assert tuple(meanings) == manifest.label_names
    labels = {label.name: label for label in manifest.labels}
    assert labels == {name: meaning.label(name, labels[name].threshold) for name, meaning in meanings.items()}


def test_a_damaged_part_never_claims_a_side() -> None:
    """Its source does not annotate sides."""
    meanings = read_taxonomy("joint-v0").values()
    sides = {item.side for meaning in meanings if meaning.group is LabelGroup.DAMAGED_PART for item in meaning.parts}
    assert sides == {Side.NONE, Side.UNKNOWN}


def test_an_unknown_detector_is_answered_with_the_known() -> None:
    with pytest.raises(ModelError, match="joint-v0") as caught:
        read_taxonomy("joint-v9")
    assert caught.value.code == "model.unknown"
