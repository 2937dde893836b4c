"""What may go wrong for a customer: bad photos, a dead spot, a wrong link, another opinion."""

from hashlib import sha256

from browsing import OpenPage
from customers import LONG_MS, choose, enter, photos_of, taken
from devices import PHONE, SMALL
from drawn_cars import dark, side_view, wall
from hands import Hands, files
from playwright.sync_api import expect
from staged import Stage


def test_the_link_leaves_no_trace(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.offered()
    enter(hands, case)
    page = hands.page
    kept = page.evaluate("JSON.stringify([location.href, document.cookie, {...localStorage}, history.state])")
    assert case.token not in kept
    assert case.token not in page.content()
    cookies = hands.watched.context.cookies()
    assert cookies
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Lax" for cookie in cookies)
    assert not any(case.token in address for address in hands.watched.sent)


def test_the_link_can_be_saved_again_after_a_reload(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE, permissions=["clipboard-read", "clipboard-write"])), stage.offered()
    enter(hands, case)
    hands.page.reload()
    hands.tap("button", "customer_page.case.share")
    hands.sees("customer_script.copied")
    link = hands.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{stage.url}/c/{case.id}#{case.token}"
    assert case.token not in hands.page.content()
    again = Hands(open_(PHONE))
    again.watched.go(link.removeprefix(stage.url))
    again.page.get_by_text(case.now()["number"]).first.wait_for()


def test_a_wrong_link_says_whom_to_ask(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.case()
    hands.watched.go(f"/c/{case.id}")
    hands.heading("customer_page.enter.heading")
    hands.watched.shot("without")
    hands.watched.go(f"/c/{case.id}?again#{'x' * 40}")
    expect(hands.page.get_by_role("alert")).to_be_visible()
    assert hands.watched.in_the_way() == []


def test_bad_photos_are_told_in_words_within_seconds(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE, language="zh"), "zh"), stage.case()
    enter(hands, case)
    choose(hands, dark(stage.seed()).content, wall(stage.seed()).content)
    for at, code in ((0, "quality.black"), (1, "quality.no_car")):
        expect(taken(hands).nth(at)).to_contain_text(hands.say("customer_page.photos.unusable"))
        expect(taken(hands).nth(at)).to_contain_text(hands.say(code))
    hands.watched.shot("verdicts")
    assert hands.watched.in_the_way() == []


def test_a_dead_spot_and_a_reload_lose_no_photo(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.case()
    first, *rest = stage.known(*(side_view(stage.seed()) for _ in range(5)))
    enter(hands, case)
    choose(hands, first)
    hands.page.wait_for_function("() => navigator.serviceWorker.controller")
    hands.watched.go_offline()
    hands.page.get_by_label(hands.say("customer_page.photos.choose")).set_input_files(files(rest))
    expect(taken(hands)).to_have_count(5)
    hands.watched.shot("waiting")
    assert photos_of(case) == [sha256(first).hexdigest()]
    hands.page.reload()
    hands.heading("customer_page.offline.title")
    hands.watched.shot("offline")
    hands.watched.go_offline(False)
    for _ in range(100):
        if len(photos_of(case)) == 5:
            break
        hands.page.wait_for_timeout(200)
    assert sorted(photos_of(case)) == sorted(sha256(photo).hexdigest() for photo in (first, *rest))
    expect(taken(hands)).to_have_count(5)
    hands.watched.shot("all-there")


def test_where_something_is_missing_is_tapped(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.offered()
    enter(hands, case)
    hands.tap("button", "customer_page.contest.open")
    pin = hands.find("group", "customer_page.contest.pin").get_by_role("button").first
    pin.scroll_into_view_if_needed()
    box = pin.bounding_box()
    assert box is not None
    pin.click(position={"x": box["width"] * 0.75, "y": box["height"] * 0.4})
    words = hands.page.get_by_label(hands.say("customer_page.contest.words"))
    expect(words).not_to_have_value("")
    words.press_sequentially(" The mirror is broken too.")
    hands.watched.shot("tapped")
    hands.tap("button", "customer_page.contest.send")
    hands.heading("customer_page.state.contested", timeout=LONG_MS)
    told = [event["words"] for event in case.now()["timeline"] if event["words"]]
    assert "The mirror is broken too." in told[-1]
    assert len(told[-1]) > len("The mirror is broken too.") + 5


def test_who_wants_a_person_gets_one(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE, language="zh"), "zh"), stage.offered()
    enter(hands, case)
    hands.tap("button", "customer_page.person.ask")
    hands.heading("customer_page.state.in_review", timeout=LONG_MS)
    hands.watched.shot("person")
    assert hands.taps == 1
    assert case.now()["offer"] is None or not case.now()["offer"]["accepted_at"]


def test_a_page_that_is_overtaken_by_another_shows_where_the_case_is(open_: OpenPage, stage: Stage) -> None:
    case = stage.offered()
    one, late = Hands(open_(PHONE)), Hands(open_(PHONE))
    enter(one, case)
    enter(late, case)
    one.tap("button", "customer_page.person.ask")
    one.heading("customer_page.state.in_review", timeout=LONG_MS)
    late.write("customer_page.offer.signature", "王小明")
    late.touch(late.page.locator("form[data-call$='/accept']").get_by_role("button"))
    late.heading("customer_page.state.in_review")
    assert case.now()["offer"] is None or not case.now()["offer"]["accepted_at"]


def test_a_file_that_is_no_photo_is_told_and_asks_for_nothing_more(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(SMALL, language="zh", scheme="dark"), "zh"), stage.case()
    enter(hands, case)
    field = hands.page.get_by_label(hands.say("customer_page.photos.choose"))
    field.set_input_files(files([b"<!doctype html><html><body>Please sign in.</body></html>"]))
    row = taken(hands).first
    expect(row).to_contain_text(hands.say("customer_script.refused"))
    expect(row).to_contain_text("HTML")
    expect(hands.page.locator("form[data-call$='/assess']")).to_be_hidden()
    hands.watched.shot("refused")
    assert hands.watched.in_the_way() == []
    assert photos_of(case) == []
    [fault] = hands.watched.faults
    assert fault.endswith(": 415")
    hands.watched.faults.clear()
    choose(hands, *stage.two_views())
    expect(hands.page.locator("form[data-call$='/assess']")).to_be_visible()


def test_a_file_chosen_while_the_page_still_opens_is_sent_once(open_: OpenPage, stage: Stage) -> None:
    """Reading what an earlier visit left must not find it a second time, at whatever moment it is chosen."""
    hands, case = Hands(open_(SMALL, language="en"), "en"), stage.case()
    enter(hands, case)
    hands.page.evaluate(
        """async (claim) => {
            const { Queue } = await import("/static/js/customer/sending.js");
            for (let moment = 0; moment < 24; moment += 1) {
                const queue = new Queue(claim);
                const emptied = new Promise((done) => queue.addEventListener("empty", done));
                const added = queue.add(new Blob([`<!doctype html>${moment}`]), {});
                for (let turn = 0; turn < moment / 2; turn += 1) await new Promise((done) => setTimeout(done));
                await Promise.all([queue.open(), added, emptied]);
                while (queue.waiting) await new Promise((done) => setTimeout(done, 20));
                queue.end();
            }
        }""",
        case.id,
    )
    sent = [fault for fault in hands.watched.faults if fault.startswith("PUT")]
    assert len(set(sent)) == 24
    assert sorted(sent) == sorted(set(sent))
    hands.watched.faults.clear()
