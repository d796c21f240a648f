"""What the host does with logs that cannot be written, or are not read."""

import os
import subprocess
import sys
import threading

from serving import PATIENCE, ROOT

from scripts.action import logs

BYTES = 500_000


def test_a_full_disk_ends_no_activation(tmp_path):
    program = "from scripts.action import logs; logs.write(b'a line'); print('goes on')"
    # No file may grow: writing fails as on a full disk.
    shell = f'ulimit -f 0; exec "$0" -c "$1" 2> {tmp_path / "log"}'
    words = ["bash", "-c", shell, sys.executable, program]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "goes on\n")


def test_a_slow_reader_of_a_descriptor_that_does_not_wait_gets_all():
    source, target = os.pipe()
    os.set_blocking(target, False)
    relay = logs.Relay(target)
    found = []

    def read():
        while sum(map(len, found)) < BYTES:
            found.append(os.read(source, 10_000))

    # The pipe's buffer is full before anybody reads.
    written = 0
    while written < BYTES:
        written += os.write(target, b"x" * (BYTES - written))
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(PATIENCE)
    assert b"".join(found) == b"x" * BYTES
    relay.close()
