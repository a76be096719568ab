"""Photograph the graph page of a built folder for the README: `make screenshots`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGE = Path(__file__).resolve().parent.parent / "docs" / "images" / "graph.png"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WIDTH, HEIGHT = 1400, 860
SETTLING_MILLISECONDS = 4000


def main(folder: Path) -> None:
    """Write the picture."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((folder / "graph.html").resolve().as_uri())
        page.wait_for_timeout(SETTLING_MILLISECONDS)
        page.screenshot(path=str(IMAGE))
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
