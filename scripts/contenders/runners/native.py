"""The bare machine: an executable is its own command."""

from scripts.common import paths
from scripts.contenders.runner import Mode, Runner

RUNNER = Runner(
    target="native",
    modes={"native": Mode(paths.EXECUTABLE, lambda call: [call.path])},
)
