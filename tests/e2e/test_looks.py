"""Every page fits a phone and a desk, in light and dark, and its words can be read."""

import pytest

from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# WCAG 2.1, 1.4.3: the least contrast of text, computed from what the browser paints.
CONTRAST = """() => {
  const parse = (c) => (c.match(/[\\d.]+/g) ?? []).map(Number);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (c) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = c;
    canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => {
      const s = v / 255;
      return s <= 0.03928 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== "none") return null;
      const colour = rgba(style.backgroundColor);
      if (colour[3] === 255) return colour;
      if (colour[3] !== 0) return null;
    }
    return rgba(getComputedStyle(document.documentElement).backgroundColor);
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const words = Array.from(element.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if (!words || !element.checkVisibility() || element.closest(":disabled, .unseen, svg")) continue;
    const back = ground(element);
    if (!back) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${element.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
NAMELESS = """() => Array.from(document.querySelectorAll("button, a, input, textarea, select"))
  .filter((e) => e.checkVisibility() && e.type !== "hidden")
  .filter((e) => !(e.innerText?.trim() || e.getAttribute("aria-label") || e.labels?.length
    || e.querySelector("img[alt]:not([alt=''])")))
  .map((e) => e.outerHTML.slice(0, 90))"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (DESKTOP, "desk")])
def test_pages_fit_and_can_be_read(visitor, staff, integrate, shot, size, name, dark):
    everyone = staff("agent", "auditor", "system_admin")
    integrate()
    window = visitor("en" if name == "desk" else "zh-hans", size, dark=dark)
    for path in ("/", "/chat/", "/widget/demo/", "/login/", "/nowhere/"):
        fits(window, path, f"{name}-{dark}", shot)
    window.sign_in(everyone)
    for path in ("/", "/desk/", "/audit/", "/audit/export/", "/ops/"):
        fits(window, path, f"{name}-{dark}-in", shot)


def fits(window, path, name, shot):
    page = window.go(path)
    page.wait_for_load_state("networkidle" if path != "/desk/" else "load")
    shot(page, f"look-{path.strip('/').replace('/', '-') or 'home'}-{name}")
    assert page.evaluate(WIDE) <= 0, path
    assert page.evaluate(CONTRAST) == [], path
    assert page.evaluate(NAMELESS) == [], path
