"""A child process that opens pages in Chromium, uses all of them, and tells what ran.

``python browse.py PAGE...`` prints a JSON list with two records for each page: opened as it is, and
again without its content security policy, when all of it is used. A process of its own, because
Playwright allows one browser in each, and other tests have theirs.
"""

import json
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# What every hostile text calls; here it is, so that a call is seen wherever it comes from.
CANARY = """
window.ran = [];
window.kanarienvogel = () => { window.ran.push(new Error().stack); };
"""
# Every layer is shown, and the table sorted by each column; clicks of the mouse take longer.
CHOOSE = """() => {
    const all = "input[type=radio], input[type=checkbox], .site-table thead button";
    document.querySelectorAll(all).forEach(each => each.click());
}"""
# Every part of a page is opened, pointed at, focused, and clicked where that leads nowhere.
USE = """() => {
    document.querySelectorAll("details").forEach(each => { each.open = true; });
    for (const each of document.querySelectorAll("body *")) {
        for (const name of ["mouseover", "mouseenter", "focus", "toggle", "load", "error"]) {
            each.dispatchEvent(new Event(name, { bubbles: false }));
        }
    }
    return [...document.querySelectorAll("*")].flatMap(each =>
        [...each.attributes].map(a => a.name).filter(name => name.startsWith("on")));
}"""
TAGS = """() => {
    const count = {};
    for (const each of document.querySelectorAll("*")) {
        count[each.localName] = (count[each.localName] || 0) + 1;
    }
    return count;
}"""


def walk(page: Any) -> None:
    """Choose every layer, sort by every column, select sites and cells."""
    page.evaluate(CHOOSE)
    rows = page.locator(".site-table tbody tr")
    for row in range(0, rows.count(), 25):
        rows.nth(row).click()
    if page.locator(".folium-map").count():
        for x, y in ((200, 200), (350, 260), (420, 300)):
            page.locator(".folium-map").click(position={"x": x, "y": y})


def look(browser: Any, path: Path, bypass_csp: bool) -> dict[str, Any]:
    """What a page did while it was opened and used."""
    context = browser.new_context(bypass_csp=bypass_csp, reduced_motion="reduce")
    context.add_init_script(CANARY)
    page = context.new_page()
    seen: dict[str, Any] = {"dialogs": [], "console": [], "errors": [], "requests": [], "pages": []}
    page.on("dialog", lambda each: (seen["dialogs"].append(each.message), each.dismiss()))
    page.on("console", lambda each: seen["console"].append(f"{each.type}: {each.text}"))
    page.on("pageerror", lambda each: seen["errors"].append(str(each)))
    page.on("request", lambda each: seen["requests"].append(each.url[:200]))
    context.on("page", lambda each: seen["pages"].append(each.url))
    page.goto(path.as_uri())
    if page.locator(".folium-map").count():
        page.wait_for_selector("body[data-ready]", state="attached")
    if bypass_csp:
        walk(page)
    seen["handlers"] = page.evaluate(USE)
    page.wait_for_timeout(100)
    seen |= {
        "page": path.name, "policy": not bypass_csp, "ran": page.evaluate("window.ran"),
        "tags": page.evaluate(TAGS), "title": page.title(),
        "text": page.locator("body").text_content(), "url": page.url,
        "own": path.as_uri(),
    }  # fmt: skip
    seen["pages"] = seen["pages"][1:]  # the first is this one
    context.close()
    return seen


def main() -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        found = [look(browser, Path(name).resolve(), bypass)
                 for name in sys.argv[1:] for bypass in (False, True)]  # fmt: skip
        browser.close()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
