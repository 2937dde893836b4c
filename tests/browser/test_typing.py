"""A page that follows its case takes no words out of the mouth of who types."""

from typing import Final

from browsing import OpenPage
from customers import enter, taken_up
from devices import PHONE
from hands import Hands
from playwright.sync_api import expect
from staged import Stage

_TYPES_MEANWHILE: Final = """() => {
  const real = fetch;
  window.fetch = async (...given) => {
    const answer = await real(...given);
    if (String(given[0]).startsWith("/c/")) {
      window.fetch = real;
      document.getElementById("signature").value = "王小明";
      setTimeout(() => (window.later = true), 300);
    }
    return answer;
  };
}"""


def test_what_is_typed_while_a_page_is_fetched_stays(open_: OpenPage, stage: Stage) -> None:
    hands, case = Hands(open_(PHONE)), stage.offered()
    enter(hands, case)
    signature = hands.page.locator("#signature")
    hands.page.evaluate(_TYPES_MEANWHILE)
    assert case.ask("POST", "/complaints", json={"words": "Nobody called."}).status_code in (200, 201)
    taken_up(hands)
    hands.page.wait_for_function("() => window.later")
    expect(signature).to_have_value("王小明")
    expect(hands.page.get_by_text("Nobody called.")).to_have_count(0)
    signature.fill("")
    taken_up(hands)
    expect(hands.page.get_by_text("Nobody called.").first).to_be_visible()
