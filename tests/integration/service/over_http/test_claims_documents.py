"""Documents of a case over HTTP: handed in, listed, given back as they came, to those who work on the case."""

import io
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pillow_heif
import pytest
from desks import picture
from PIL import Image
from sites import SCRATCH, Case, Site
from tables import PDF, Table, referred

from claims import case_limits
from claims.desk.desk import SYSTEM, thing_of
from claims.materials import Material
from claims.repository import audit, materials
from claims.states import Role

MIB = 1024 * 1024


def saved(form: str) -> bytes:
    """A small picture in another format."""
    out, image = io.BytesIO(), Image.open(io.BytesIO(picture(5))).resize((400, 300))
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(out)
    else:
        image.save(out, form)
    return out.getvalue()


def padded(size: int) -> bytes:
    """A PDF of so many bytes."""
    return PDF.replace(b"<<>>", b"<<>>" + bytes(size - len(PDF)))


def handed_in(case: Case, content: bytes, said: str = "application/pdf") -> str:
    """The address of a bank card."""
    answer = case.ask("POST", "/materials/bank_card", content=content, headers={"Content-Type": said})
    assert answer.status_code == 201, answer.text
    return f"/materials/bank_card/{sha256(content).hexdigest()}"


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (picture(5), "image/jpeg", "jpg"),
        (saved("PNG"), "image/png", "png"),
        (saved("WEBP"), "image/webp", "webp"),
        (saved("HEIF"), "image/heif", "heic"),
    ],
    ids=["pdf", "jpeg", "png", "webp", "heic"],
)
def test_a_document_comes_back_as_it_was_and_as_what_it_is(case: Case, content: bytes, kind: str, ending: str) -> None:
    """What the sender calls it does not count."""
    address = handed_in(case, content, "text/html")
    [listed] = case.now()["materials"]
    assert (listed["href"], listed["media_type"]) == (f"/v1/claims/{case.id}{address}", kind)
    answer = case.ask("GET", address)
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, content, kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bank_card.{ending}"'
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert case.ask("GET", "/export").json()["materials"] == [listed]


NO_DOCUMENTS = {
    "html": b"<html>",
    "empty": b"",
    "gif": b"GIF89a" + bytes(64),
    "zip": b"PK\x03\x04",
    "picture with a script": picture(5) + b"<script>",
    "picture cut off": picture(5)[:4000],
    "png without a picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "only the name of a pdf": b"%PDF-" + bytes(64),
    "pdf without an object": PDF.replace(b"obj", b"###"),
    "pdf without an end": PDF.replace(b"%%EOF", b""),
    "pdf without a table": PDF.replace(b"startxref", b"ends"),
    "pdf that goes on": PDF + bytes(4096),
}


@pytest.mark.parametrize("content", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
def test_nothing_else_is_taken(case: Case, content: bytes) -> None:
    answer = case.ask("POST", "/materials/bank_card", content=content, headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (415, "request.not_a_document")
    assert case.now()["materials"] == []


def test_a_document_has_at_most_ten_megabytes(case: Case) -> None:
    whole = padded(10 * MIB)
    handed_in(case, whole)
    answer = case.ask("POST", "/materials/bank_card", content=whole + b"\n")
    assert (answer.status_code, answer.json()["code"]) == (413, "request.document_too_large")
    assert "10 MB" in answer.json()["detail"]


def test_the_same_document_twice_is_one(case: Case) -> None:
    handed_in(case, PDF)
    handed_in(case, PDF)
    assert len(case.now()["materials"]) == 1


def test_a_document_is_one_thing(case: Case) -> None:
    handed_in(case, PDF)
    answer = case.ask("POST", "/materials/identity_card", content=PDF)
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.serves_already")
    assert "bank card" in answer.json()["detail"].lower()
    assert [one["material"] for one in case.now()["materials"]] == ["bank_card"]


def test_a_photo_is_one_shot(case: Case) -> None:
    digest = sha256(SCRATCH.photos[0]).hexdigest()
    case.send(SCRATCH.photos[0])
    assert case.ask("POST", "/materials/shot_front", json={"photo": digest}).status_code == 201
    answer = case.ask("POST", "/materials/shot_rear", json={"photo": digest})
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.serves_already")
    assert "shot_front" not in answer.json()["detail"]
    assert case.ask("POST", "/materials/shot_front", json={"photo": digest}).status_code == 201


def test_a_photo_that_serves_as_a_shot_is_given_as_what_it_is(case: Case) -> None:
    digest = sha256(SCRATCH.photos[0]).hexdigest()
    case.send(SCRATCH.photos[0])
    shown = case.ask("POST", "/materials/shot_front", json={"photo": digest}).json()
    assert [one["media_type"] for one in shown["materials"]] == ["image/jpeg"]
    assert case.ask("GET", f"/materials/shot_front/{digest}").content == SCRATCH.photos[0]
    assert case.ask("GET", f"/materials/shot_rear/{digest}").status_code == 404


def test_only_who_holds_the_case_opens_it_and_it_is_noted(site: Site, case: Case) -> None:
    address = handed_in(case, PDF)
    referred(case)
    senior, expert, auditor = (site.staff(role) for role in (Role.SENIOR, Role.EXPERT, Role.AUDITOR))
    assert case.ask("GET", address, site.app).status_code == 200
    for token, code in ((senior, "rights.not_held"), (expert, "rights.not_held"), (auditor, "rights.forbidden")):
        assert case.ask("GET", address, token).json()["code"] == code
    assert case.now(expert)["materials"] == []
    Table(case, senior).taken()
    assert case.ask("GET", address, senior).content == PDF
    assert [one["href"] for one in case.now(senior)["materials"]] == [f"/v1/claims/{case.id}{address}"]
    assert site.case().ask("GET", address).status_code == 404
    with site.house.books.reading() as book:
        noted = [one for one in audit.about(book, thing_of(UUID(case.id))) if one.action == "see_personal_data"]
    assert {one.role for one in noted} == {"senior"}
    assert len(noted) == 3, "the case that was taken, the document, the case with its documents"


def test_a_case_that_is_full_takes_no_more_documents(case: Case, tmp_path: Path) -> None:
    """Refused before the file is read, so that nothing is left on the disk."""
    most = case_limits.shipped().documents
    with case.site.house.desk(SYSTEM, case.site.clock()) as desk:
        for number in range(most):
            digest = f"{number:064x}"
            materials.add(desk.book, UUID(case.id), Material.BANK_CARD, digest, by=SYSTEM, at=desk.at)
    before = sorted((tmp_path / "photos").rglob("*"))
    answer = case.ask("POST", "/materials/bank_card", content=PDF)
    assert (answer.status_code, answer.json()["code"]) == (409, "claim.too_many")
    assert f"{most} documents" in answer.json()["detail"]
    assert sorted((tmp_path / "photos").rglob("*")) == before
