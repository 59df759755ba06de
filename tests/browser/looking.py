"""How a page looks to somebody: what a test measures in the browser, and the picture that it leaves."""

from __future__ import annotations

import base64
import json
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

from docs.generator.product import ROOT
from tests.browser.keeping import WRITTEN

#: Not kept by git.
PICTURES = ROOT / "var" / "screenshots"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Tables whose rows fold on a narrow screen, or that have codes, of which something is seen only by scrolling them sideways.
CUT_OFF = """() => [...document.querySelectorAll('.folding, .table:has(code)')]
  .filter(table => table.scrollWidth > table.clientWidth).map(table => table.outerHTML.slice(0, 200))"""
SERIOUS = ("serious", "critical")
#: Everything shown to be touched that is lower than 44 px (half a pixel is the browser's rounding).
SMALL = """() => {
  const touched = 'button, select, input:not([type=hidden], [type=radio]), textarea, summary, .choice, .links a, .brand, .button'
  return [...document.querySelectorAll(touched)]
    .filter(element => element.getClientRects().length && element.getBoundingClientRect().height < 43.5)
    .map(element => element.outerHTML)
}"""
#: Every piece of text whose contrast (WCAG 2) with the nearest painted background is below 4.5.
FAINT = """() => {
  const channels = text => (text.match(/[\\d.]+/g) || []).map(Number)
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = channels(getComputedStyle(e).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const faint = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
    if (!own || !element.getClientRects().length) continue
    const pair = [light(channels(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a)
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05)
    if (contrast < 4.5) faint.push([element.outerHTML.slice(0, 80), contrast])
  }
  return faint
}"""
#: What all pages are asked.
SEEN = f"""({{
  headings: document.querySelectorAll('h1').length, words: document.body.innerText,
  wide: {WIDE}, cut_off: ({CUT_OFF})(), faint: ({FAINT})(), written: ({WRITTEN})(),
}})"""
#: Rules whose findings are less than serious are not asked: they take half of the time. Contrast takes axe longer than all else
#: together, and FAINT finds what it would; frames and what is loaded for a rule that is off, there are none.
AXE = """axe.run({
  rules: Object.fromEntries(axe._audit.rules
    .filter(rule => rule.id === 'color-contrast' || ['minor', 'moderate'].includes(rule.impact))
    .map(rule => [rule.id, {enabled: false}])),
  resultTypes: ['violations'], selectors: false, iframes: false, preload: false,
}).then(found => JSON.stringify(found.violations))"""


class Eyes:
    """Looks at what a tab shows by the browser's own tools: the library brings a script of its own to every page."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def see(self, expression: str) -> Any:
        """What an expression comes to on the page that is shown; scripts of the page need not be allowed."""
        answer = self._session.send("Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True})
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def violations(self) -> list[Any]:
        """What axe finds that is serious beside `FAINT`. It comes in past the page's policy, so read the console before."""
        self.see(_axe())
        found = json.loads(self.see(AXE))
        return [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found if each["impact"] in SERIOUS]

    def take_picture(self, name: str) -> None:
        """Leave a picture of the whole page, packed in haste."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        taken = self._session.send("Page.captureScreenshot", {"captureBeyondViewport": True, "optimizeForSpeed": True})
        (PICTURES / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()
