"""What the workflow plans for the deployment, and which hosts a config may ask for."""

import copy

import pytest
import yaml
from conftest import QUICK, planned_rules, snakemake

from scripts.common import checks
from scripts.common.errors import UserError
from scripts.deployment import hosts, registry


@pytest.mark.parametrize(("target", "takes"), [("deployment", True), ("report", False)])
def test_only_the_deployment_takes_the_load_s_generator(root, target, takes):
    done = snakemake(root, *QUICK, "--dry-run", "--nolock", "--", target)
    assert done.returncode == 0, done.stderr
    assert ("results/tools/vegeta.json" in done.stdout + done.stderr) == takes


def test_every_benchmark_is_a_job_of_its_own(root):
    done = snakemake(root, *QUICK, "--dry-run", "--nolock", "--forceall", "--", "deployment")
    assert {f"load_{name}" for name in registry.every()} <= planned_rules(done)
    assert {"measure_ceiling", "precompile", "componentise", "check_oracle"} <= planned_rules(done)


def test_without_a_host_one_line_says_so(root):
    compare = "compare={builds: [native-plain], baseline: native-plain}"
    arguments = ("--dry-run", "--nolock", "--config", compare, "deployment={hosts: []}")
    done = snakemake(root, *QUICK, *arguments, "--", "deployment")
    assert done.returncode != 0
    assert "deployment.hosts: none has a build of compare.builds" in done.stdout + done.stderr


@pytest.fixture
def config(root):
    found = yaml.safe_load((root / "config/config.yaml").read_text())
    checks.accept(found, root / "workflow/schemas/config.schema.yaml")
    return found


@pytest.mark.parametrize(
    ("build", "policy", "words"),
    [
        ("wasm-1", "fresh", "wasm-1@fresh: unknown build 'wasm-1'; known: "),
        ("wasm", "process", "wasm@process: a wasm build is served as fresh or snapshot or warm"),
        ("native", "serve", "native@serve: a native build is served as process or loop"),
        ("native", "warm", "native@warm: a native build is served as process or loop"),
        ("wasm-simd", "snapshot", "wasm-simd@snapshot: the build is no snapshot"),
        ("native-packed", "loop", "native-packed@loop is there twice"),
    ],
)
def test_a_host_that_cannot_be_is_refused(config, build, policy, words):
    changed = copy.deepcopy(config)
    changed["deployment"]["hosts"].append({"build": build, "policy": policy})
    with pytest.raises(UserError, match=words):
        checks.check(changed)


def test_an_unknown_policy_is_one_line(root):
    hosts = "deployment={hosts: [{build: wasm-packed, policy: served}]}"
    done = snakemake(root, *QUICK, "--dry-run", "--nolock", "--config", hosts, "--", "deployment")
    assert done.returncode != 0
    assert "deployment.hosts" in done.stdout + done.stderr
    assert "serve-kept" in done.stdout + done.stderr


def test_hosts_are_of_builds_that_are_compared(config):
    (model,) = config["compare"]["models"]
    names = [row["contender"] for row in hosts.hosts(config, model)]
    assert names == [hosts.name(row) for row in config["deployment"]["hosts"]]
    config["compare"]["builds"] = ["native-packed-128", "wasm-packed"]
    found = hosts.hosts(config, model)
    *actions, served = found
    assert [row["contender"] for row in actions] == ["wasm-packed@snapshot", "wasm-packed@warm"]
    assert all(row["action"].endswith("wasm-packed.cwasm.json") for row in actions)
    assert all(row["gate"].endswith("wasm-packed@openwhisk-action.json") for row in actions)
    assert served["contender"] == "wasm-packed@serve"
    assert served["action"].endswith("service/wasm-packed.cwasm")
    assert served["gate"].endswith("wasm-packed@service-http.json")


def test_like_is_compared_with_like(config):
    found = hosts.hosts(config, config["compare"]["models"][0])
    baselines = {row["contender"]: hosts.baseline(row, found) for row in found}
    assert baselines == {
        # The model as a graph, run by tract, on both sides.
        "wasm-simd@fresh": "native@process",
        "native@process": "native@process",
        "wasm-packed@snapshot": "native-packed@process",
        "wasm-packed@serve": "native-packed@process",
        "native-packed@process": "native-packed@process",
        "wasm-packed@warm": "native-packed@loop",
        "native-packed@loop": "native-packed@loop",
    }
    warm = next(row for row in found if row["policy"] == "warm")
    assert hosts.baseline(warm, found[:3]) is None


def test_every_benchmark_says_of_itself_what_the_prose_says(root):
    prose = (root / "config/README.md").read_text()
    for name, benchmark in registry.every().items():
        assert f"| `{name}` | {benchmark.what} |" in prose
