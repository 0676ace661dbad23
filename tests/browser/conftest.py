"""Chromium for the tests of finished pages: opened from disk, without a network, read by axe, printed on A4."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Reader:
    """A person at a screen, or with a print-out, who has the page's file and nothing else."""

    browser: Browser
    asked_outside: list[str] = field(default_factory=list)
    """Every address outside the file that a page tried to load; the attempts are refused."""
    script_errors: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self, path: Path, *, scheme: Literal["light", "dark"] = "light", width: int = 1280, script: bool = True
    ) -> Page:
        """The page, loaded from its file in a window `width` pixels wide."""
        context = self.browser.new_context(
            bypass_csp=True,
            color_scheme=scheme,
            java_script_enabled=script,
            locale="en-GB",
            offline=True,
            timezone_id="UTC",
            viewport={"width": width, "height": 900},
        )
        self._contexts.append(context)
        context.route(re.compile(r"^(?!file:|data:|about:)"), self._refuse)
        page = context.new_page()
        page.on("pageerror", lambda error: self.script_errors.append(str(error)))
        page.goto(path.resolve().as_uri(), wait_until="load")
        return page

    def violations(self, page: Page) -> list[str]:
        """What axe finds wrong for a person with a screen reader, weak sight or only a keyboard: rule and element."""
        found = Axe().run(page).response["violations"]
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]

    def overflow(self, page: Page) -> int:
        """Pixels by which the page is wider than its window; more than 0 means scrolling sideways."""
        return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def cut_off(self, page: Page) -> list[str]:
        """Elements that stick out of the paper's right edge when the page is laid out for A4 print."""
        page.emulate_media(media="print")
        page.set_viewport_size({"width": _PAPER_WIDTH, "height": 1000})
        return list(page.evaluate(_STICKING_OUT, _PAPER_WIDTH))

    def print_pages(self, page: Page, target: Path) -> int:
        """Print to an A4 PDF and count its pages."""
        page.pdf(path=target, format="A4", print_background=True)
        return len(re.findall(rb"/Type\s*/Page\b(?!s)", target.read_bytes()))

    def screenshot(self, page: Page, target: Path) -> Path:
        """The whole page as a PNG, for a person to look at."""
        page.screenshot(path=target, full_page=True)
        return target

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()

    def _refuse(self, route: Route) -> None:
        self.asked_outside.append(route.request.url)
        route.abort()


_PAPER_WIDTH = 718  # A4 less 1 cm on each side, at 96 pixels an inch

_STICKING_OUT = """width => [...document.querySelectorAll('body *')]
  .filter(element => element.getClientRects().length && element.getBoundingClientRect().right > width + 1)
  .map(element => element.tagName.toLowerCase() + '.' + (element.getAttribute('class') || ''))"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium a module: while it is open its event loop runs. Missing fails in CI, skips elsewhere."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have Chromium: no chromium on PATH")
        pytest.skip("no chromium on PATH; install it to test the pages in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    """A fresh reader for one test."""
    person = Reader(browser=chromium)
    yield person
    person.close()
