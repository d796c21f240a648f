"""What an activation can find of those before it, by policy."""

import re

import pytest
from serving import kill, module, served, until

# What an initialiser would run, and removes from its snapshot.
NOT_READY = '(func (export "wizer-initialize"))'


@pytest.mark.parametrize(("policy", "found"), [("fresh", "0"), ("snapshot", "0"), ("warm", "1")])
def test_a_secret_in_memory(tmp_path, policy, found):
    """Only the policy that keeps an instance lets it be found, and so shows that it can be."""
    with served(tmp_path, "--workers=1", f"--policy={policy}") as host:
        host.init(module())
        first = host.workers()
        assert host.run("find") == (200, {"found": 0})
        assert host.run("secret") == (200, {"done": True})
        assert host.run("find") == (200, {"found": int(found)})
        assert host.workers() == first


def test_after_a_trap_not_even_a_kept_instance_is_used_again(tmp_path):
    with served(tmp_path, "--workers=1", "--policy=warm") as host:
        host.init(module())
        assert host.run("secret") == (200, {"done": True})
        for do in ("trap", "x"):
            assert host.run(do)[0] == 502
            assert host.run("find") == (200, {"found": 0})


def test_a_kept_instance_that_has_grown_large_is_not_kept(tmp_path):
    """An instance gives no memory back: one large picture would be paid for ever."""
    with served(tmp_path, "--workers=1", "--policy=warm") as host:
        host.init(module())
        for do, found in (("find", "1"), ("big", "0")):
            assert host.run("secret") == (200, {"done": True})
            assert host.run(do)[0] == 200
            assert host.run("find") == (200, {"found": int(found)})


def test_a_worker_has_nothing_of_the_one_before_it(tmp_path):
    """Not even with the policy that keeps an instance: what both are forked from runs nothing."""
    with served(tmp_path, "--workers=1", "--policy=warm") as host:
        host.init(module())
        assert host.run("secret") == (200, {"done": True})
        kill(host.workers())
        assert host.run("find") == (200, {"found": 0})


def test_workers_do_not_share_their_random_numbers(tmp_path):
    """A generator that was seeded before the fork would give every worker the same."""
    with served(tmp_path, "--workers=1") as host:
        host.init(module())
        for _ in range(3):
            before = host.workers()
            assert host.run("random") == (200, {"done": True})
            kill(before)
            assert until(lambda old=before: len(set(host.workers()) - set(old)) == 2)
        found = re.findall("([a-p]{16})XXX", host.out.read_text())
        assert len(set(found)) == 3


def test_a_module_that_has_still_to_be_made_ready_is_no_snapshot(tmp_path):
    with served(tmp_path, "--workers=1", "--policy=snapshot") as host:
        assert host.init(module(NOT_READY))[0] == 502
        assert "is no snapshot" in host.err.read_text()
        assert host.init(module())[0] == 200
