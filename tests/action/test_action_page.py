"""The page in a browser: a picture is dropped, and what is in it and where time went appear."""

import json
import re
import shutil
import subprocess

import pytest
from serving import served

from scripts.action import front

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)

# Serves the page with a program at its end that stands for the person.
SERVE = """
from pathlib import Path
from scripts.action import front, serve
front.PAGE = Path({page!r})
serve.main()
"""
# Answers as the classifier does, whatever the picture.
ANSWER = {
    "label": "tench",
    "confidence": 0.5,
    "top": [{"label": "tench", "index": 1, "confidence": 0.5}],
    "phases": {"read_ns": 1000000, "decode_ns": 2000000, "load_ns": 0, "infer_ns": 3000000},
}
PROGRAM = """#!/bin/sh
while read -r line; do case "$line" in
  *'"phases":true'*'"top"'* | *'"top":5,"phases":true'*) echo '{answer}' ;;
  *) echo '{{"error": "no picture"}}' ;;
esac; done
"""
PERSON = """
<script>
(async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SIZE, SIZE];
  const pixels = canvas.getContext("2d");
  const noise = pixels.createImageData(SIZE, SIZE);
  for (let i = 0; i < noise.data.length; i++)
    noise.data[i] = i % 4 == 3 ? 255 : Math.random() * 256;
  pixels.putImageData(noise, 0, 0);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const files = new DataTransfer();
  files.items.add(new File([blob], "picture.png", {type: "image/png"}));
  const event = new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true});
  document.getElementById("drop").dispatchEvent(event);
  const said = document.getElementById("label");
  // Virtual time stands still while the browser waits for an answer, not while it makes pictures.
  for (let i = 0; i < 2000 && ["", "…"].includes(said.textContent); i++)
    await (await fetch("status")).text();
  const rows = (id) => [...document.querySelectorAll(`#${id} tr`)].map(
    (row) => [row.cells[0].textContent, row.cells[2].textContent]);
  document.title = "seen " + JSON.stringify([said.textContent, rows("classes"), rows("times")]);
})();
</script>
</body>"""


@pytest.mark.skipif(not BROWSER, reason="there is no Chromium on PATH")
@pytest.mark.parametrize("size", [50, 1000], ids=["small", "too large to be sent as it is"])
def test_a_dropped_picture_is_classified(tmp_path, size):
    page = tmp_path / "page.html"
    person = PERSON.replace("SIZE", str(size))
    page.write_text(person.join(front.PAGE.read_text().rsplit("</body>", 1)))
    program = tmp_path / "program"
    program.write_text(PROGRAM.format(answer=json.dumps(ANSWER)))
    program.chmod(0o755)
    start = ("-c", SERVE.format(page=str(page)))
    options = ("--policy=loop", "--workers=1", f"--action={program}")
    with served(tmp_path / "host", *options, start=start) as host:
        done = subprocess.run(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=20000",
             "--dump-dom", f"http://127.0.0.1:{host.port}/"],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        )  # fmt: skip
    found = re.search(r"<title>seen (.*?)</title>", done.stdout)
    assert found, done.stderr
    label, classes, times = json.loads(found[1])
    assert label == "tench, 50.0 %"
    assert classes == [["tench", "50.0 %"]]
    told = dict(times)
    assert list(told)[:6] == ["queue", "instantiate", "read", "decode", "load", "infer"]
    assert [told[name] for name in ("read", "decode", "infer")] == ["1.00 ms", "2.00 ms", "3.00 ms"]
    assert all(re.fullmatch(r"-?\d+\.\d\d ms", shown) for shown in told.values())
