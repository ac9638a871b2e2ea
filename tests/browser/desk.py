"""The operator at the dashboard, in a browser: logs in, waits, reads."""

from __future__ import annotations

from typing import Final

from tests.browser.reader import DriverError, Page, Reader, wait_until

PASSWORD: Final = "read all about it"
DASHBOARD: Final = "/_adnotice/dashboard"


def log_in(reader: Reader, then: str = "") -> Page:
    """The operator types the password, as people do, and is where they wanted to be."""
    page = reader.open(DASHBOARD + then)
    wait_for(page, "#password:focus")  # a browser sets autofocus when it draws, which may be after the page has loaded
    for key in PASSWORD:
        page.call("press", key=key)
    page.call("press", key="Enter")
    wait_for(page, "nav")
    return page


def wait_for(page: Page, selector: str) -> None:
    """Waits until a page that holds such an element is there; looking while another one leaves is no failure."""

    def look() -> bool:
        try:
            found: bool = page.run(
                "return document.readyState === 'complete' && !!document.querySelector(args[0])", selector
            )
        except DriverError:
            return False
        return found

    wait_until(look, selector)


def told(page: Page) -> str:
    """All text of the page."""
    text: str = page.run("return document.body.innerText")
    return text
