"""What others do with the machine is seen; nothing is said where no kernel tells."""

import subprocess
import sys

from scripts.common import busy


def test_a_program_that_works_is_seen(tmp_path, monkeypatch):
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            assert busy.cores(0.5) > 0.2
        finally:
            process.kill()
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "none")
    assert busy.cores(0.01) is None


def test_what_others_work_is_seen_and_ones_own_is_not():
    spin = [sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"]
    alone = busy.Others()
    subprocess.run(spin, check=True)
    own = alone.cores()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            beside = busy.Others()
            subprocess.run(spin, check=True)
            assert beside.cores() > own + 0.2
        finally:
            process.kill()


def test_no_kernel_tells_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "none")
    assert busy.Others().cores() is None


def test_waiting_is_no_work(tmp_path, monkeypatch):
    """Of user, nice, system, idle, iowait, irq, softirq, steal, guest: all but three count."""
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "stat")
    monkeypatch.setattr(busy.os, "sysconf", lambda name: 100)
    (tmp_path / "stat").write_text("cpu  100 20 300 5000 6000 40 50 60 70 0\ncpu0 1 2 3\n")
    assert busy.worked() == 5.7
