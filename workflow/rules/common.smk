# What all stages share: the checked config, the locks, and how parameters are written.
import copy
import json
import os
import re
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(ROOT))

from scripts.bench import registry as benchmarks
from scripts.build import crate
from scripts.common import checks, cpu, examples, host, paths, runlock
from scripts.common.code_digest import code_digest
from scripts.common.errors import UserError
from scripts.contenders import engines, selection
from scripts.contenders import registry as runners
from scripts.contenders.runner import AOT, JIT
from scripts.deployment import hosts, service
from scripts.deployment import registry as deployed
from scripts.model import manifest, numbers, pretrained
from scripts.oracle import photographs
from scripts.report import captions
from scripts.scaling import comparison, figures as scaling_figures
from scripts.tools import location, pins
from scripts.watch import entries
from snakemake.exceptions import WorkflowError

# As it was asked for, before defaults are filled in.
ASKED = copy.deepcopy(config)
try:
    checks.accept(config, ROOT / "workflow/schemas/config.schema.yaml")
except UserError as error:
    raise WorkflowError(str(error)) from None


def as_json(value):
    """A parameter for a script: JSON, keys in order, so that it changes only with its meaning."""
    return json.dumps(value, sort_keys=True)


MODELS = config["compare"]["models"]
# The scaling's jobs, as configs like the one of the comparison; what is built, checked and run is the same for all.
SCALING = comparison.of_models(config)
PHOTOGRAPHS = comparison.of_photographs(config)
SCALED_MODELS = SCALING["compare"]["models"]
EVERY_MODEL = list(dict.fromkeys([*MODELS, *SCALED_MODELS]))
# The benchmarks of each mode, whether or not it is compared.
JOBS = {mode: selection.benchmarks(config, mode) for mode in (JIT, AOT)}
BENCHMARKS = [name for name in config["benchmarks"] if name in {*JOBS[JIT], *JOBS[AOT]}]
MODES = [mode for mode in config["compare"]["modes"] if JOBS[mode]]
MEASURED = {name for mode in MODES for name in JOBS[mode]}

# What another workflow that takes this one as a module puts before its paths.
PREFIX = workflow.modifier.path_modifier.replace_prefix("")


def job_prefix():
    """What stands before the paths of the files as jobs see them: copies, where a storage has the files."""
    stored = workflow.storage_settings
    if stored.default_storage_provider is None:
        return PREFIX
    copies = Path(stored.local_storage_prefix, stored.default_storage_provider)
    return f"{copies}/{(stored.default_storage_prefix or '').strip('/')}/{PREFIX}"


# Jobs find the scripts, these the files, and the tools that the config adds, wherever they run.
JOB_VARIABLES = {
    "PYTHONPATH": str(ROOT),
    paths.PREFIX_VARIABLE: job_prefix(),
    pins.ADDED_VARIABLE: as_json(engines.added(config["engines"])),
}

# On a cluster, the types of nodes that are measured. Jobs here ask for the first; rules/machines.smk has the others'.
MACHINES = config["compare"]["machines"]
NODE_TYPE = next(iter(MACHINES), "")
# The processor that code is compiled for: this machine's or, on a cluster, that of the nodes that jobs ask for.
HOST = NODE_TYPE or cpu.key()
# What a measurement takes: the machine, or on a cluster a node, to itself.
ALONE = {"bench": 1, "slurm_extra": "--exclusive"}

# This process asks for them too.
os.environ[pins.ADDED_VARIABLE] = JOB_VARIABLES[pins.ADDED_VARIABLE]


# What stands before commands is the whole process's; each module's is its own.
shell = type("shell", (shell,), {})
shell.prefix(
    "set -euo pipefail; "
    + runlock.SHELL_PREFIX
    + "".join(
        # Snakemake fills in what stands in single braces.
        f"export {name}={shlex.quote(value.replace('{', '{{').replace('}', '}}'))}; "
        for name, value in JOB_VARIABLES.items()
    )
)


onstart:
    if workflow.local_exec and MACHINES:
        raise WorkflowError(
            "compare.machines names types of nodes: it takes a cluster (docs/cluster.md)"
        )
    if not workflow.local_exec and not MACHINES:
        raise WorkflowError(
            "compare.machines is empty: on a cluster, name the type of nodes that all jobs go to"
        )
    try:
        RUN_LOCK = runlock.claim(Path("results"))
    except UserError as error:
        raise WorkflowError(str(error)) from None


wildcard_constraints:
    model="|".join(re.escape(name) for name in EVERY_MODEL),
    mode="|".join([JIT, AOT]),
    benchmark="|".join(BENCHMARKS),


def own(path):
    """A file of the project's, named from the working directory: a checkout that moves stays valid."""
    return local(os.path.relpath(ROOT / path))


def own_files(folder, *patterns):
    """The files below one of the project's folders that match a pattern, in a fixed order."""
    found = [
        path for pattern in patterns for path in sorted((ROOT / folder).glob(pattern))
    ]
    return [own(path) for path in found]


def given(path):
    """A file that the config names: relative to the working folder, whatever a module puts before its paths."""
    return local(path) if PREFIX else path


def option(name, value):
    """An option for a shell command, quoted; nothing where the value is empty."""
    return f"{name} {shlex.quote(value)}" if value else ""


def versions(*packages):
    """The versions of Python packages that decide what a job makes, as JSON."""
    return as_json({name: host.version(name) for name in packages})


def of_every_model(pattern):
    """`pattern` for every model."""
    return expand(pattern, model=MODELS)


def output_folder(wildcards, output):
    """The folder of a job's first output."""
    return str(Path(output[0]).parent)
