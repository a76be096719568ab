"""Photograph the graph page of a built folder in its main states, for the README and docs/page.md: `make screenshots`.

    python tools/screenshots.py EXAMPLES [SEEDS]

The second folder, built from the five articles where they are at hand, gives one picture of its opening view.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LARGE, MIDDLE, PHONE = (1400, 860), (1200, 740), (390, 844)
SETTLING_MILLISECONDS = 300
EDGE = "kava~alleviates~anxiety"
QUERY = "contradictions"


class Shot(NamedTuple):
    """A picture: its name, the address to open after `#`, what to do there, the colours and the window."""

    name: str
    fragment: str = ""
    act: Callable[[Page], None] = lambda _: None
    scheme: str = "light"
    size: tuple[int, int] = MIDDLE


def find(page: Page) -> None:
    page.fill("#search", "kav")


def ask(page: Page) -> None:
    page.click("#ask")
    names = page.locator("#ask-named option").all_inner_texts()
    page.select_option("#ask-named", str(next(at for at, name in enumerate(names) if name.startswith(QUERY + ":"))))
    page.click("#ask-run")
    page.locator("#ask-note", has_text="answer").wait_for()


def path(page: Page) -> None:
    page.click("#mode-path")
    page.fill("#path-from", "St. John's wort")
    page.fill("#path-to", "mood regulation")
    page.click("#path-form button")


SHOTS = (
    Shot("graph", size=LARGE),
    Shot("find", act=find),
    Shot("evidence", f"s=e:{EDGE}"),
    Shot("filter", "c=asserted&no-type=Caution"),
    Shot("focus", "v=focus&f=kava&s=n:kava"),
    Shot("path", act=path),
    Shot("table", act=lambda page: page.click("#table-toggle")),
    Shot("ask", act=ask),
    Shot("dark", f"s=e:{EDGE}", scheme="dark"),
    Shot("phone", f"s=e:{EDGE}", size=PHONE),
)


def main(folder: Path, shots: tuple[Shot, ...] = SHOTS) -> None:
    """Write the pictures of a built folder."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for shot in shots:
            width, height = shot.size
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=shot.scheme, offline=True, reduced_motion="reduce"
            )
            page = context.new_page()
            page.goto((folder / "graph.html").resolve().as_uri() + (f"#{shot.fragment}" if shot.fragment else ""))
            page.locator("html[data-ready]").wait_for()
            shot.act(page)
            page.wait_for_timeout(SETTLING_MILLISECONDS)
            page.screenshot(path=str(IMAGES / f"{shot.name}.png"))
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    if len(sys.argv) > 2:
        main(Path(sys.argv[2]), (Shot("seeds", size=LARGE),))
