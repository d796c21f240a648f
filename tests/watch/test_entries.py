"""What `watch` makes of the words that name an engine, a version or a file of it."""

import pytest

from scripts.common.errors import UserError
from scripts.watch import entries

ENGINES = {
    "wasmtime": {"run_options": ["-x"]},
    "winch": {"runner": "wasmtime", "tool": "wasmtime", "run_options": ["-C", "compiler=winch"]},
    "mine": {"runner": "wasmtime", "path": "own/wasmtime"},
}


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("wasmtime", {"runner": "wasmtime", "tool": "wasmtime", "run_options": ["-x"]}),
        ("wasmtime@47.0.2", {"runner": "wasmtime", "version": "47.0.2", "run_options": ["-x"]}),
        ("wasmtime@./a", {"runner": "wasmtime", "path": "./a", "run_options": ["-x"]}),
        ("winch@47.0.2", ENGINES["winch"] | {"version": "47.0.2"}),
        ("mine", ENGINES["mine"]),
        ("mine@47.0.2", {"runner": "wasmtime", "version": "47.0.2"}),
    ],
)
def test_an_engine_a_version_or_a_file(text, settings):
    assert entries.engine("watch.base", text, ENGINES) == settings


@pytest.mark.parametrize(
    ("watch", "words"),
    [
        ({"base": "wasmtime", "candidate": ""}, "watch.candidate is missing"),
        ({"base": "wavm", "candidate": "wasmtime"}, "watch.base: unknown engine 'wavm'; known: mi"),
        ({"base": "wasmtime@new", "candidate": "mine"}, "'new' is neither a version, such as 48"),
    ],
)
def test_what_names_nothing_is_refused_in_one_line(watch, words):
    config = {"watch": watch, "engines": dict(ENGINES), "compare": {"engines": ["wasmtime"]}}
    with pytest.raises(UserError, match=words):
        entries.complete(config)


def test_only_the_two_are_compared():
    watch = {"base": "wasmtime", "candidate": "mine"}
    config = {"watch": watch, "engines": dict(ENGINES), "compare": {"engines": ["wasmtime"]}}
    entries.complete(config)
    assert config["compare"]["engines"] == ["base", "candidate"]
    assert config["engines"]["candidate"] == ENGINES["mine"]


def test_without_it_the_config_stays_as_it_is():
    config = {"watch": {"base": "", "candidate": ""}, "compare": {"engines": ["wasmtime"]}}
    entries.complete(config)
    assert config["compare"]["engines"] == ["wasmtime"]
