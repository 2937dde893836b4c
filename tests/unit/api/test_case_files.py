"""What the command line takes for the photos of a case."""

from pathlib import Path

import pytest

from api.case_files import CaseFiles, distinct_names
from model.errors import UsageError
from model.texts import Texts


def make(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names(*paths: Path) -> list[str]:
    return [photo.name for photo in CaseFiles.find(paths).photos]


def said(found: CaseFiles) -> list[str]:
    return [Texts.load("en").say(item) for item in found.skipped]


def test_hidden_and_system_files_are_none_of_ours(tmp_path: Path) -> None:
    make(
        tmp_path, "b.JPG", "a.heic", ".DS_Store", "._a.heic", "Thumbs.db", "DESKTOP.INI", ".git/x.jpg", "__MACOSX/y.jpg"
    )
    found = CaseFiles.find([tmp_path])
    assert [photo.name for photo in found.photos] == ["a.heic", "b.JPG"]
    assert found.skipped == ()


def test_other_documents_and_folders_are_passed_over_by_name(tmp_path: Path) -> None:
    case = make(tmp_path / "case", "a.jpg", "notes.TXT", "policy.pdf", "old/b.jpg", "clip.mp4", "scan.tiff", "noname")
    found = CaseFiles.find([case])
    assert [photo.name for photo in found.photos] == ["a.jpg", "clip.mp4", "noname", "scan.tiff"]
    assert said(found) == [
        "case: passed over as no photos: notes.TXT, policy.pdf",
        "case: folders inside are not looked into: old",
    ]


def test_a_long_list_is_counted(tmp_path: Path) -> None:
    case = make(tmp_path / "case", "a.jpg", *(f"{at}.txt" for at in range(10)))
    assert said(CaseFiles.find([case])) == [
        "case: passed over as no photos: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt, 7.txt, and 2 more"
    ]


def test_a_file_that_is_named_is_a_fact_whatever_it_is(tmp_path: Path) -> None:
    make(tmp_path, "notes.txt", ".hidden.jpg")
    files = [tmp_path / "notes.txt", tmp_path / ".hidden.jpg", tmp_path / "gone.jpg"]
    assert names(*files) == ["notes.txt", ".hidden.jpg", "gone.jpg"]


@pytest.mark.parametrize("inside", [(), (".DS_Store",), ("notes.txt", "old/a.jpg")])
def test_a_folder_without_photos_is_wrong_usage(tmp_path: Path, inside: tuple[str, ...]) -> None:
    (tmp_path / "case").mkdir()
    with pytest.raises(UsageError) as caught:
        CaseFiles.find([make(tmp_path / "case", *inside)])
    assert caught.value.code == "usage.empty_folder"


def test_files_of_one_name_can_be_told_apart(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png", "b/1.png", "b/2.png")
    assert names(tmp_path / "a", tmp_path / "b") == ["a/1.png", "b/1.png", "2.png"]


@pytest.mark.parametrize(
    ("files", "shown"),
    [
        (["x/a/1.png", "y/a/1.png", "b/1.png"], ["x/a/1.png", "y/a/1.png", "b/1.png"]),
        (["1.png", "a/1.png"], ["1.png", "a/1.png"]),
        (["a/1.png", "a/1.png"], ["a/1.png", "a/1.png"]),
        (["/1.png"], ["1.png"]),
        ([], []),
    ],
)
def test_as_many_folders_as_it_takes(files: list[str], shown: list[str]) -> None:
    assert distinct_names([Path(file) for file in files]) == shown


def test_a_name_that_is_not_utf8_is_made_so(tmp_path: Path) -> None:
    assert names(tmp_path / "bad\udce9.jpg") == ["bad�.jpg"]
