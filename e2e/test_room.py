"""What lies over the page leaves room for what must be pressed and read."""

import pytest

from e2e.hands import card

LONG = "Moved to Thursday 19 of November, 14:30 · María Fernanda · Cabina 12 de hidroterapia"
TOAST = """(text) => {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  toast.innerHTML = `<span>${text}</span><button class="btn sm">X</button>`;
  document.getElementById("toasts").append(toast);
  return new Promise((done) => toast.addEventListener("animationend", done));
}"""
COVERED = """() => {
  const toast = document.querySelector(".toast").getBoundingClientRect();
  return [...document.querySelectorAll("#panel footer :is(a, button)")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && box.top < toast.bottom && toast.top < box.bottom
      && box.left < toast.right && toast.left < box.right;
  }).length;
}"""
BELOW_BUTTON = """(selector) => {
  for (const one of document.querySelectorAll(".cal, .main")) one.scrollTop = 1e6;
  const end = [...document.querySelectorAll(selector)].at(-1).getBoundingClientRect().bottom;
  return end - document.querySelector(".bar > .primary").getBoundingClientRect().top;
}"""


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (390, 844)])
def test_no_notice_covers_a_button_of_the_panel(desk, house, size):
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    card(desk, house.visit).click()
    desk.wait_for_selector("#panel #appointment footer .btn")

    desk.evaluate(TOAST, LONG)

    assert desk.evaluate(COVERED) == 0


def test_on_a_phone_the_last_line_is_read_above_the_round_button(desk, house):
    desk.set_viewport_size({"width": 390, "height": 700})

    assert desk.evaluate(BELOW_BUTTON, ".cal-col") <= 0
    desk.goto(desk.url + "clients/")
    assert desk.evaluate(BELOW_BUTTON, ".page > *") <= 0


def test_a_short_visit_on_the_calendar_tells_its_start(desk, house):
    short = card(desk, house.visit)
    desk.set_viewport_size({"width": 1366, "height": 768})
    short.evaluate("card => card.style.cssText = 'height: 2.2rem; width: 9rem'")
    short.locator(".what > span").evaluate("what => what.textContent = 'Espalda, cuello y manos'")

    box, start = short.bounding_box(), short.locator("time").bounding_box()
    assert start["y"] + start["height"] <= box["y"] + box["height"]
    assert start["width"] >= 28
    assert short.locator(".end-t").is_hidden()


def test_the_words_of_a_consent_have_the_width_of_their_card(desk, house):
    desk.set_viewport_size({"width": 1366, "height": 768})
    desk.goto(desk.url + f"clients/{house.mariana.pk}/")
    words = desk.locator("#client-consents .said").first

    assert words.is_visible()
    whole = desk.locator("#client-consents ul").bounding_box()["width"]
    assert words.bounding_box()["width"] >= whole * 0.95
