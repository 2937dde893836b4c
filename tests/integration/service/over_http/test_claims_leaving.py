"""What a customer takes along, and when they are forgotten."""

from uuid import UUID

from sites import SCRATCH, Case

from claims.repository import audit, claims, notices, photos


def test_an_export_holds_everything(case: Case) -> None:
    offer = case.offered()["offer"]
    case.ask("POST", "/accept", json={"offer": offer["id"], "signature": "王小明"})
    case.ask("POST", "/complaints", json={"words": "没有人接电话"})
    answer = case.ask("GET", "/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    kept = answer.json()
    assert kept["notice"]["contact"] == {"name": "王小明", "phone": "13812345678", "language": "zh", "channel": "sms"}
    assert (kept["offers"][0]["signature"], kept["complaints"][0]["text"]) == ("王小明", "没有人接电话")
    assert (len(kept["photos"]), len(kept["assessments"])) == (2, 1)
    assert case.ask("GET", "/export", case.site.app).status_code == 403
    with case.site.house.books.reading() as book:
        assert "export_own" in [entry.action for entry in audit.entries(book)]


def test_nothing_is_deleted_before_its_time_and_everything_after(case: Case) -> None:
    case.send(*SCRATCH.photos)
    still_open = case.ask("DELETE")
    assert (still_open.status_code, still_open.json()["code"]) == (409, "claim.still_open")
    case.ask("POST", "/withdraw", json={"words": "自己修"})
    kept = case.ask("DELETE")
    assert (kept.status_code, kept.json()["code"]) == (409, "claim.kept")
    assert "2031-11-22" in kept.json()["detail"]
    assert case.now()["deletion_asked_at"] is not None
    case.site.clock.turn(days=5 * 365)
    assert case.ask("DELETE").status_code == 409
    case.site.clock.turn(days=2)
    assert case.ask("DELETE").status_code == 204
    assert case.ask("GET").status_code == 401
    with case.site.house.books.reading() as book:
        claim = claims.get(book, UUID(case.id))
        assert claim is not None
        assert claim.erased_at is not None
        assert notices.get(book, claim.id) is None
        assert not photos.of_claim(book, claim.id)
        assert not audit.verify(book)
