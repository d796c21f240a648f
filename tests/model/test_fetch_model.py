"""Where the weights come from, and what is refused; downloads are from a server on this machine."""

import functools
import hashlib
import http.server
import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
import yaml
from conftest import fetch_trained

from scripts.common.errors import UserError
from scripts.model import fetch, pretrained

GRAPH = bytes(range(256)) * 4096
# Seconds after which something hangs, however slow and busy the machine is.
PATIENCE = 240
LABELS = ["background", "tench", "goldfish"]


def archive(members: dict[str, bytes]) -> bytes:
    """Return a .tgz with the given files."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


ARCHIVE = archive({"./README": b"read me", "./net.pb": GRAPH})


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder; of `/cut/` and `/stall/` only half, and after `/stall/` it waits."""

    halfway = threading.Event()
    stop = threading.Event()

    def do_GET(self):  # noqa: N802 (the base class names it)
        if not self.path.startswith(("/cut/", "/stall/")):
            return super().do_GET()
        data = ARCHIVE
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2])
        self.wfile.flush()
        self.halfway.set()
        return self.path.startswith("/stall/") and self.stop.wait(PATIENCE)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.folder = folder
        running.url = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        Handler.stop.set()
        running.shutdown()
        Handler.stop.clear()
        Handler.halfway.clear()


class Place:
    """A manifest with one model, and folders for everything."""

    def __init__(self, folder: Path, monkeypatch):
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.mirror = folder / "mirror"
        self.cache = folder / "cache"
        monkeypatch.setenv("XDG_CACHE_HOME", str(self.cache))
        monkeypatch.delenv(pretrained.MIRROR_VARIABLE, raising=False)
        self.out = folder / "out"
        self.mirror.mkdir()
        (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")

    def describe(self, **change):
        entry = {
            "member": "net.pb",
            "member_digest": "sha256:" + hashlib.sha256(GRAPH).hexdigest(),
            "architecture": "mobilenet_v2",
            "width": 0.35,
            "size": 96,
            "input_range": [-1, 1],
            "input": "input",
            "output": "MobilenetV2/Predictions/Reshape_1",
            "labels": "labels.txt",
        } | change
        entry = {key: value for key, value in entry.items() if value is not None}
        (self.folder / "manifest.yaml").write_text(yaml.safe_dump({"net": entry}))

    def describe_served(self, url: str, data: bytes = ARCHIVE, **change):
        digest = "sha384:" + hashlib.sha384(data).hexdigest()
        self.describe(**{"url": url, "archive_digest": digest, **change})

    def arguments(self, weights: str) -> list[str]:
        return [
            "--model=net",
            f"--weights={weights}",
            f"--manifest={self.folder / 'manifest.yaml'}",
            f"--out={self.out / 'model.pb'}",
            f"--labels-out={self.out / 'labels.txt'}",
            f"--json-out={self.out / 'model.json'}",
        ]

    def fetch(self, weights: str = "pretrained", mirror: Path | str = "") -> dict:
        with self.monkeypatch.context() as patch:
            if mirror:
                patch.setenv(pretrained.MIRROR_VARIABLE, str(mirror))
            assert fetch.main(self.arguments(weights)) == 0
        record = json.loads((self.out / "model.json").read_text())
        assert (self.out / "labels.txt").read_text().splitlines() == LABELS
        graph = (self.out / "model.pb").read_bytes()
        assert record["sha256"] == hashlib.sha256(graph).hexdigest()
        assert record["bytes"] == len(graph)
        return record

    def left_over(self) -> list[Path]:
        folders = [folder for folder in (self.cache, self.out) if folder.exists()]
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def place(tmp_path, monkeypatch):
    return Place(tmp_path, monkeypatch)


def test_the_graph_in_a_mirror(place):
    place.describe()
    (place.mirror / "net.pb").write_bytes(GRAPH)
    record = place.fetch(mirror=place.mirror)
    assert (record["weights"], record["why"]) == ("pretrained", None)
    assert (place.out / "model.pb").read_bytes() == GRAPH


def test_the_archive_in_a_mirror(place):
    place.describe_served("http://127.0.0.1:1/net.tgz", member_digest=None)
    (place.mirror / "net.tgz").write_bytes(ARCHIVE)
    place.fetch(mirror=place.mirror)
    assert (place.out / "model.pb").read_bytes() == GRAPH


@pytest.mark.parametrize(
    ("name", "data", "change"),
    [
        ("net.pb", GRAPH, {}),
        ("net.tgz", ARCHIVE, {}),
        ("net.tgz", ARCHIVE, {"member_digest": None}),
    ],
    ids=["graph", "archive", "archive alone has a digest"],
)
def test_weights_from_a_mirror_are_kept_for_shells_without_one(place, name, data, change):
    """Without the mirror `auto` takes what an earlier run verified, not seeded weights."""
    place.describe_served("http://127.0.0.1:1/net.tgz", **change)
    (place.mirror / name).write_bytes(data)
    place.fetch("auto", place.mirror)
    record = place.fetch("auto")
    assert record["weights"] == "pretrained"
    assert "from the cache" in record["provenance"]
    assert (place.out / "model.pb").read_bytes() == GRAPH


def test_the_shared_weights_are_kept(place, shared):
    """As above, with the real weights of the shared folder."""
    fetch_trained(shared, place.folder)
    (kept,) = (place.folder / "cache").rglob("*.pb")
    assert kept.read_bytes() == (place.folder / "model.pb").read_bytes()


def test_a_graph_without_a_known_digest_is_not_taken_from_a_mirror(place):
    place.describe_served("http://127.0.0.1:1/net.tgz", member_digest=None)
    (place.mirror / "net.pb").write_bytes(GRAPH)
    with pytest.raises(UserError, match=r"has no net\.tgz; put net\.tgz into"):
        place.fetch(mirror=place.mirror)
    assert place.left_over() == []


def test_a_model_without_any_digest_is_for_seeded_weights_only(place):
    place.describe(member_digest=None)
    (place.mirror / "net.pb").write_bytes(GRAPH)
    with pytest.raises(UserError, match="no digest to verify net by; set `weights: seeded`"):
        place.fetch(mirror=place.mirror)
    assert place.fetch("auto", place.mirror)["weights"] == "seeded"


def test_a_wrong_digest_is_refused_by_name(place):
    place.describe()
    (place.mirror / "net.pb").write_bytes(GRAPH[:-1])
    with pytest.raises(UserError, match=r"mirror/net\.pb: sha256 is .*, the manifest says"):
        place.fetch(mirror=place.mirror)
    assert place.left_over() == []


def test_a_download_is_kept_and_not_repeated(place, server):
    place.describe_served(f"{server.url}/net.tgz")
    (server.folder / "net.tgz").write_bytes(ARCHIVE)
    assert place.fetch()["provenance"] == f"{server.url}/net.tgz"
    (server.folder / "net.tgz").unlink()
    assert "verified earlier, from the cache" in place.fetch()["provenance"]
    assert (place.out / "model.pb").read_bytes() == GRAPH


def test_a_damaged_cache_is_replaced(place, server, capsys):
    place.describe_served(f"{server.url}/net.tgz")
    (server.folder / "net.tgz").write_bytes(ARCHIVE)
    place.fetch()
    (cached,) = place.cache.rglob("*.pb")
    cached.write_bytes(GRAPH[:100])
    place.fetch()
    assert "damaged and was deleted" in capsys.readouterr().err
    assert cached.read_bytes() == (place.out / "model.pb").read_bytes() == GRAPH


@pytest.mark.parametrize(
    ("served", "declared", "complaint"),
    [
        (ARCHIVE[:-10], ARCHIVE, r"net\.tgz: sha384 is .*, the manifest says"),
        (ARCHIVE[:-100], ARCHIVE[:-100], "not a sound archive"),
        (b"<html>sign in</html>", b"<html>sign in</html>", "not a sound archive"),
        (archive({"other.pb": GRAPH}), archive({"other.pb": GRAPH}), r"holds no net\.pb"),
        (archive({"net.pb": b"?"}), archive({"net.pb": b"?"}), r"net\.pb: sha256 is"),
    ],
    ids=["wrong digest", "truncated", "no archive", "no member", "wrong member"],
)
def test_a_wrong_download_is_refused_and_not_kept(place, server, served, declared, complaint):
    place.describe_served(f"{server.url}/net.tgz", declared)
    (server.folder / "net.tgz").write_bytes(served)
    with pytest.raises(UserError, match=complaint):
        place.fetch()
    assert place.left_over() == []


def test_no_such_file_on_the_server(place, server):
    place.describe_served(f"{server.url}/net.tgz")
    with pytest.raises(UserError, match=r"cannot download .*net\.tgz.*set `mirror`"):
        place.fetch()


def test_a_download_that_is_cut_off(place, server):
    place.describe_served(f"{server.url}/cut/net.tgz")
    with pytest.raises(UserError, match=f"connection ended after {len(ARCHIVE) // 2} of"):
        place.fetch()
    assert place.left_over() == []


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_a_download_that_is_killed_leaves_nothing(place, server, root, blow):
    place.describe_served(f"{server.url}/stall/net.tgz")
    command = [sys.executable, "-m", "scripts.model.fetch", *place.arguments("pretrained")]
    process = subprocess.Popen(command, cwd=root)
    try:
        assert Handler.halfway.wait(PATIENCE)
        os.kill(process.pid, blow)
        assert process.wait(PATIENCE) != 0
    finally:
        process.kill()
    assert place.left_over() == []


def test_a_mirror_that_does_not_exist(place):
    place.describe()
    with pytest.raises(UserError, match="nowhere is not a folder"):
        place.fetch(mirror=place.folder / "nowhere")


def test_auto_draws_weights_where_none_can_be_had_and_says_why(place, capsys):
    place.describe_served("http://127.0.0.1:1/net.tgz")
    record = place.fetch("auto")
    assert record["weights"] == "seeded"
    assert "cannot download http://127.0.0.1:1/net.tgz" in record["why"]
    console = capsys.readouterr().err
    assert "labels mean nothing" in console
    assert "the work that is timed is the same" in console


def test_auto_prefers_trained_weights(place, capsys):
    place.describe()
    (place.mirror / "net.pb").write_bytes(GRAPH)
    assert place.fetch("auto", place.mirror)["weights"] == "pretrained"
    assert capsys.readouterr().err == ""
