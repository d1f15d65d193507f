"""The pictures of the tour in the README, taken anew. Called by `python3 run.py tour`.

A demo of its own is started on a free port in a folder that is thrown away; a browser walks the tour as the README
tells it and writes a picture at each stop into docs/tour/. Everybody in them is made up.
"""

import base64
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
PEOPLE = 600
#: A desk and a telephone, in CSS pixels.
DESK, PHONE = (1280, 800), (390, 760)
MOST_BYTES = 150_000
NURSE = "Lena Kestrel"
CODE = re.compile(r"\b(\d{6}) is your code")


#: Of a picture in base64: its width and height, a palette, and which colour each pixel has. Colours that are alike share a
#: place, which has the one that is found most.
FEWER_COLOURS = """async picture => {
  const shot = await createImageBitmap(await (await fetch('data:image/png;base64,' + picture)).blob());
  const paper = new OffscreenCanvas(shot.width, shot.height).getContext('2d');
  paper.drawImage(shot, 0, 0);
  const seen = new Uint32Array(paper.getImageData(0, 0, shot.width, shot.height).data.buffer);
  const counts = new Map(), places = new Map(), most = new Map();
  for (const one of seen) counts.set(one, (counts.get(one) || 0) + 1);
  for (const [one, count] of counts) {
    const place = one & 0xf0f0f0, held = places.get(place) || {count: 0, best: 0, colour: one};
    if (count > held.best) { held.best = count; held.colour = one; }
    held.count += count;
    places.set(place, held);
  }
  const palette = [...places.values()].sort((a, b) => b.count - a.count).slice(0, 256).map(held => held.colour);
  const parts = one => [one & 255, one >> 8 & 255, one >> 16 & 255];
  const apart = (a, b) => parts(a).reduce((sum, value, n) => sum + (value - parts(b)[n]) ** 2, 0);
  for (const one of counts.keys()) {
    let best = 0;
    palette.forEach((colour, n) => { if (apart(one, colour) < apart(one, palette[best])) best = n; });
    most.set(one, best);
  }
  let cells = '';
  for (const one of seen) cells += String.fromCharCode(most.get(one));
  return [shot.width, shot.height, palette.flatMap(parts), btoa(cells)];
}"""


class Stop(NamedTuple):
    """One picture: its file without `.png`, and the size of the window it was taken in."""

    file: str
    size: tuple[int, int]


#: In the order of the README, which a test compares.
STOPS = (
    Stop("1-sign-in", DESK), Stop("2-today", DESK), Stop("3-review-ten", DESK), Stop("4-alert", DESK), Stop("5-person", DESK),
    Stop("6-messages", DESK), Stop("7-is-this-you", PHONE), Stop("8-question", PHONE), Stop("9-your-follow-up", PHONE),
    Stop("10-laboratory", DESK), Stop("11-clock", DESK),
)  # fmt: skip


def main() -> int:
    """Start a demo, walk the tour, end the demo; 1 with a sentence when it could not be walked."""
    from checks import find_chromium  # beside us, when we are run as a program

    chromium = os.environ.get("RMS_CHROMIUM") or find_chromium()
    if chromium is None:
        print("The tour needs a Chromium: on Debian `apt install chromium`, or name one in RMS_CHROMIUM.")
        return 1
    from playwright.sync_api import sync_playwright  # only the test tools have it

    PICTURES.mkdir(exist_ok=True)
    with demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        try:
            walk(Camera(browser, address))
        finally:
            browser.close()
    too_large = [one.file for one in STOPS if (PICTURES / f"{one.file}.png").stat().st_size > MOST_BYTES]
    print(f"Larger than {MOST_BYTES:,} bytes: {', '.join(too_large)}." if too_large else "All pictures are new.")
    return int(bool(too_large))


class Camera:
    """Two windows of one browser, the nurse's desk and a person's telephone, and where pictures go."""

    def __init__(self, browser: Any, address: str) -> None:
        self.desk, self.phone = (
            browser.new_context(base_url=address, viewport={"width": width, "height": height}).new_page()
            for width, height in (DESK, PHONE)
        )
        self._left = list(STOPS)
        self._table = browser.new_page()  # where pictures are counted: the browser can read them, we cannot

    def take(self, page: Any, file: str, *, at: str = "") -> None:
        """The window as it is, or from what `at` selects on; the stops come in their order, none is passed by."""
        stop = self._left.pop(0)
        if stop.file != file:
            raise RuntimeError(f"The tour is at {file} and its list says {stop.file}.")
        page.evaluate("where => where ? document.querySelector(where).scrollIntoView() : window.scrollTo(0, 0)", at)
        shot = page.screenshot(animations="disabled", caret="hide")
        self._write(PICTURES / f"{file}.png", shot)
        print(f"{file}: {page.title()}", flush=True)

    def _write(self, path: Path, shot: bytes) -> None:
        """With the 256 colours that it has most of: a third of the bytes, and nobody sees the difference."""
        width, height, colours, cells = self._table.evaluate(FEWER_COLOURS, base64.b64encode(shot).decode())
        pixels = base64.b64decode(cells)
        lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
        with path.open("wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n")
            for kind, content in (
                (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
                (b"PLTE", bytes(colours)), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""),
            ):  # fmt: skip
                file.write(struct.pack(">I", len(content)) + kind + content)
                file.write(struct.pack(">I", zlib.crc32(kind + content)))


def walk(camera: Camera) -> None:
    """The tour, as the README tells it."""
    desk = camera.desk
    desk.goto("/sign-in")
    camera.take(desk, "1-sign-in", at="main h2")
    press(desk, NURSE)
    camera.take(desk, "2-today", at="main h1")
    desk.goto("/review")
    desk.locator("form[action='/review/in-range'] button").click()
    desk.wait_for_load_state()
    camera.take(desk, "3-review-ten")
    desk.goto("/alerts?kind=act_today")
    follow(desk, desk.locator("main td a[href^='/alerts/']").first)
    camera.take(desk, "4-alert")
    follow(desk, desk.locator("main a[href^='/people/']").first)
    camera.take(desk, "5-person", at="#results")
    desk.goto("/demo/messages")
    camera.take(desk, "6-messages")
    answer_a_text(camera)
    desk.goto("/demo/laboratory")
    camera.take(desk, "10-laboratory")
    desk.goto("/demo/clock")
    camera.take(desk, "11-clock")


def answer_a_text(camera: Camera) -> None:
    """The newest text that asks somebody something, opened on their telephone, as far as their own pages."""
    desk, phone = camera.desk, camera.phone
    text = desk.locator(".rms-sent", has_text="Questionnaire").filter(has=desk.locator(".rms-bubble a")).first
    link = text.locator(".rms-bubble a").get_attribute("href")
    of_theirs = text.get_by_role("link", name="Only this person").get_attribute("href")
    follow(desk, text.locator("a[href^='/people/']"))
    born = re.search(r"Born (\d+ \w+ \d{4})", desk.locator("main").inner_text())
    assert born, "an identity bar says when somebody was born"
    phone.goto(link)
    camera.take(phone, "7-is-this-you")
    day, month, year = born[1].split()
    number = 1 + [date(2000, one, 1).strftime("%B") for one in range(1, 13)].index(month)
    for box, value in (("day", day), ("month", str(number)), ("year", year)):
        phone.locator(f"#born_on-{box}").fill(value)
    press(phone, "Continue")
    phone.locator("main a.nhsuk-button").first.click()
    phone.wait_for_load_state()
    camera.take(phone, "8-question")
    phone.goto("/follow-up")
    before = codes_in(desk, of_theirs)
    press(phone, "Send")
    phone.locator("#code").fill(new_code(desk, of_theirs, before=before))
    press(phone, "Continue")
    phone.goto("/follow-up")
    camera.take(phone, "9-your-follow-up")


def new_code(desk: Any, tray: str, *, before: list[str]) -> str:
    """The code that was texted, once the worker has sent it."""
    for _ in range(60):
        if len(found := codes_in(desk, tray)) > len(before):
            return found[0]
        desk.wait_for_timeout(1_000)
    raise RuntimeError("No code was sent within a minute.")


def codes_in(desk: Any, tray: str) -> list[str]:
    """The codes that somebody was sent, the newest first."""
    desk.goto(tray)
    return CODE.findall(desk.locator("main").inner_text())


def press(page: Any, name: str) -> None:
    """A button, and the page that it leads to."""
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def follow(page: Any, link: Any) -> None:
    """A link, and the page that it leads to."""
    page.goto(link.get_attribute("href"))


@contextmanager
def demo() -> Iterator[str]:
    """The address of a demo on a free port; its folder goes with it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="rms-tour-"))
    own = {name: value for name, value in os.environ.items() if not name.startswith(("RMS_", "DATABASE_URL"))}
    own["PYTHONUNBUFFERED"] = "1"  # its words come through a pipe, and we wait for one of them
    command = [str(ROOT / ".venv/bin/rms"), "demo", "--home", str(home / "demo"), "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--people", str(PEOPLE)], cwd=ROOT, env=own, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,  # what it tells people goes to stderr
    )  # fmt: skip
    try:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("RMS is up"):
                break
        else:
            raise RuntimeError("The demo did not start.")
        # A pipe that nobody reads is full one day, and then the demo stands still.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
