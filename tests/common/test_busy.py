"""What others do with the machine is seen; nothing is said where no kernel tells."""

import os
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


def test_what_others_work_is_seen_and_ones_own_is_not(tmp_path, monkeypatch):
    """With a kernel's account of our own: who else works here while tests run, nobody knows."""
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "stat")
    hertz = busy.os.sysconf("SC_CLK_TCK")

    def account(seconds):
        (tmp_path / "stat").write_text(f"cpu  {round(seconds * hertz)} 0 0 0 0 0 0 0 0 0\n")

    account(1000)
    others, before = busy.Others(), sum(os.times()[:4])
    spin = "import time\nwhile time.process_time() < 0.5: pass"
    subprocess.run([sys.executable, "-c", spin], check=True)
    own = sum(os.times()[:4]) - before
    assert own > 0.4
    account(1000 + own)
    assert others.cores() < 0.1
    account(1000 + own + 3600)
    assert others.cores() > 1


def test_no_kernel_tells_of_others(tmp_path, monkeypatch):
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "none")
    assert busy.Others().cores() is None


def test_waiting_is_no_work(tmp_path, monkeypatch):
    """Of user, nice, system, idle, iowait, irq, softirq, steal, guest: all but three count."""
    monkeypatch.setattr(busy, "ACCOUNT", tmp_path / "stat")
    monkeypatch.setattr(busy.os, "sysconf", lambda name: 100)
    (tmp_path / "stat").write_text("cpu  100 20 300 5000 6000 40 50 60 70 0\ncpu0 1 2 3\n")
    assert busy.worked() == 5.7
