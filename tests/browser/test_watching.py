"""What the other tests rely on: a page that does wrong is noticed."""

from browsing import OpenPage
from devices import PHONE


def test_what_a_page_does_wrong_is_noticed(open_: OpenPage) -> None:
    watched = open_(PHONE)
    watched.go("/problems")
    assert watched.faults == []
    watched.page.evaluate("document.body.setAttribute('style', 'color: red')")
    watched.page.evaluate("fetch('https://elsewhere.example/x').catch(() => {})")
    watched.page.evaluate("setTimeout(() => { throw new Error('wrong') })")
    watched.page.evaluate("fetch('/static/not-there.js')")
    watched.page.wait_for_timeout(300)
    seen = "\n".join(watched.faults)
    for told in ("style", "elsewhere.example", "error: wrong", "not-there.js: 404"):
        assert told in seen
    watched.faults.clear()


def test_axe_finds_a_picture_without_words(open_: OpenPage) -> None:
    watched = open_(PHONE)
    watched.go("/problems")
    watched.page.evaluate("document.querySelector('main').append(new Image())")
    assert any(found.startswith("image-alt") for found in watched.in_the_way())
