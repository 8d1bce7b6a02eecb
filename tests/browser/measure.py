"""What ui.md promises of every page, measured in the page itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

from .house import ROOT

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
PAPER = ".hq-paper, .hq-stickers"  # drawn in millimetres, read on paper

SMALL_TEXT = """paper => [...document.querySelectorAll('body *')].filter(one =>
  [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
  && one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  && !one.closest(paper) && !one.closest('script, style, option')
  && parseFloat(getComputedStyle(one).fontSize) * (one.ownerSVGElement ? one.getScreenCTM().a : 1) < 12.99
).map(one => `${getComputedStyle(one).fontSize} ${one.textContent.trim().slice(0, 40)}`)"""

# A target may be drawn smaller than it is to touch: what lies 22 px beside its middle must still be it (or
# its label). The rest of the rules: links inside a sentence aside, and what the paper prints.
SMALL_TARGETS = """paper => {
  const touched = '[class*=visually-hidden], .hq-skip'
  const found = []
  const targets = 'a[href], button, input:not([type=hidden]), select, textarea, summary'
  for (const one of document.querySelectorAll(targets)) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.matches(touched)) continue
    if (one.closest(paper) || one.disabled) continue
    const inline = one.matches('a') && getComputedStyle(one).display === 'inline'
    if (inline && one.closest('p, dd, td, li, time')) continue
    const target = one.matches('input') ? one.closest('label, .ts-control') ?? one : one
    target.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })
    const box = target.getBoundingClientRect()
    if (!box.width || !box.height || (box.height >= 43.5 && box.width >= 43.5)) continue
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const hits = (dx, dy) => {
      const at = document.elementFromPoint(x + dx, y + dy)
      return at && (target.contains(at) || at.contains(target) && at.matches('a, label, button') )
    }
    const tall = box.height >= 43.5 || (hits(0, -21) && hits(0, 21))
    const wide = box.width >= 43.5 || (hits(-21, 0) && hits(21, 0))
    if (tall && wide) continue
    found.push(`${Math.round(box.width)}×${Math.round(box.height)} ${target.outerHTML.slice(0, 120)}`)
  }
  return found
}"""

HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]))"""
FIRST_STOP = """() => document.querySelector(
  'a[href], button, input, select, textarea, summary, [tabindex]')?.textContent"""
SIDEWAYS = """() => document.documentElement.scrollWidth - innerWidth"""


def axe(page: Page, *, only: str = "") -> list[str]:
    """What axe-core finds: rule and the first places, empty when it finds nothing."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if only:
        options["runOnly"] = [only]
    found = page.evaluate("options => axe.run(document, options).then(done => done.violations)", options)
    return [f"{one['id']}: {' | '.join(node['html'][:140] for node in one['nodes'][:3])}" for one in found]


def skipped(levels: list[int]) -> list[tuple[int, int]]:
    """Where a heading is more than one level below the one before it."""
    return [(above, below) for above, below in pairwise(levels) if below > above + 1]
