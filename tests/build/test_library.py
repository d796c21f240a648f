"""A build may take another version of tract, and of nothing else."""

import tomllib

import pytest

from scripts.build import crate, library
from scripts.common.errors import UserError

OTHER = "0.23.8"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def locked(folder):
    """The versions of a package's lock, by name."""
    lock = tomllib.loads((folder / "Cargo.lock").read_text())
    return {(row["name"], row["version"]) for row in lock["package"]}


def test_without_a_version_it_is_the_classifier_itself(record):
    assert library.package(record, "") == crate.CLASSIFIER


def test_another_version_of_tract_changes_nothing_else(record):
    folder = library.package(record, OTHER)
    ours, theirs = locked(crate.CLASSIFIER), locked(folder)
    assert ("tract-tensorflow", OTHER) in theirs - ours
    assert ("tract-core", OTHER) in theirs
    assert {row for row in theirs - ours if not row[0].startswith("tract-")} == set()
    assert library.lock_digest(folder) != library.lock_digest(crate.CLASSIFIER)
    manifest = tomllib.loads((folder / "Cargo.toml").read_text())
    assert manifest["dependencies"]["tract-tensorflow"]["optional"]
    assert library.package(record, OTHER) == folder
    assert crate.sources_key(folder) != crate.sources_key(crate.CLASSIFIER)


def test_a_version_that_there_is_not_is_told_and_leaves_nothing(record, tmp_path):
    with pytest.raises(UserError, match="cannot take tract-tensorflow 0.23.999"):
        library.package(record, "0.23.999")
    assert not [path for path in (tmp_path).rglob("*") if path.is_dir() and "0.23" in path.name]


def test_another_version_of_tract_has_a_target_folder_of_its_own(record):
    settings = {"target": "native", "rustflags": [], "profile": {}, "runtime": "tract"}
    other = crate.target_dir(record, settings | {"tract": OTHER})
    assert other != crate.target_dir(record, settings)
