"""A Slurm cluster of two nodes on this machine, for a test: loopback only, all below one folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmdSpoolDir={folder}/%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
MinJobAge=3600
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} {node},left
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} {node},right
PartitionName=all Nodes=node1,node2 Default=YES MaxTime=INFINITE
"""
NODE = "CPUs=2 RealMemory=64000 Features=measured"
NAMES = ("node1", "node2")


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback interface that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Cluster:
    """munged, slurmctld and a slurmd a node, from `start` to `stop`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.daemons: dict[str, subprocess.Popen] = {}
        self.variables = {"SLURM_CONF": str(folder / "slurm.conf")}

    def start(self) -> None:
        """Start the daemons and wait until both nodes are idle."""
        for name in ("state", *NAMES, "bin"):
            (self.folder / name).mkdir(parents=True)
        host, ports = socket.gethostname().partition(".")[0], free_ports(3)
        text = CONFIG.format(host=host, ports=ports, folder=self.folder, node=NODE)
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "munge.key").write_bytes(os.urandom(1024))
        (self.folder / "munge.key").chmod(0o400)
        self.wrap_srun()
        ends = {"socket": "socket", "key": "key-file", "pid": "pid-file", "seed": "seed-file"}
        named = [f"--{option}={self.folder}/munge.{end}" for end, option in ends.items()]
        # Forced: the folder is open to its owner alone.
        self.daemon("munged", "munged", "--foreground", "--force", *named)
        self.daemon("slurmctld", "slurmctld", "-D", "-c")
        for name in NAMES:
            self.daemon(name, "slurmd", "-D", "-N", name)
        self.wait_for(lambda: self.ask("sinfo", "--noheader", "-o", "%D %t") == "2 idle\n")

    def wrap_srun(self) -> None:
        """Have srun find the configuration: the plugin's jobs start it without the variable."""
        wrapper = self.folder / "bin/srun"
        found = f"SLURM_CONF={self.variables['SLURM_CONF']} exec {shutil.which('srun')}"
        wrapper.write_text(f'#!/bin/sh\n{found} "$@"\n')
        wrapper.chmod(0o755)
        self.variables["PATH"] = f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"

    def daemon(self, name: str, *command: str) -> None:
        """Start a daemon in a session of its own; what it says goes into a log."""
        with open(self.folder / f"{name}.log", "w") as log:
            self.daemons[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env=os.environ | self.variables,
                start_new_session=True,
            )

    def ask(self, *command: str) -> str:
        """Return what one of Slurm's commands prints; nothing where it fails."""
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | self.variables
        )
        return done.stdout if done.returncode == 0 else ""

    def wait_for(self, condition, seconds: float = 1800) -> None:
        """Wait until a condition holds; fail with what the daemons said where it never does."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                logs = sorted(self.folder.glob("*.log"))
                said = [f"{log.name}: {log.read_text()[-800:]}" for log in logs]
                raise TimeoutError("\n".join(said))
            time.sleep(0.2)

    def jobs(self) -> dict[str, list[dict[str, str]]]:
        """Return what Slurm knows of all jobs, oldest first, by rule."""
        found: dict[str, list[dict[str, str]]] = {}
        for line in self.ask("scontrol", "--oneliner", "show", "jobs").splitlines():
            fields = dict(word.partition("=")[::2] for word in line.split() if "=" in word)
            rule = fields["Comment"].removeprefix("rule_").partition("_wildcards_")[0]
            found.setdefault(rule, []).append(fields)
        return found

    def processes(self, node: str) -> list[int]:
        """Return a node's processes: those that Slurm started there after who watches over them."""
        conf = f"SLURM_CONF={self.variables['SLURM_CONF']}".encode()
        there = {conf, f"SLURMD_NODENAME={node}".encode()}
        found = set()
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if there <= set((path / "environ").read_bytes().split(b"\0")):
                    fields = (path / "stat").read_text().rpartition(")")[2].split()
                    found |= {int(path.name), int(fields[1])}
        return sorted(found - {0, 1, os.getpid()})

    def lose(self, node: str) -> None:
        """Kill a node and all that runs on it, and tell the controller, as a monitor would."""
        self.daemons[node].kill()
        self.daemons.pop(node).wait()
        self.kill_processes(node)
        self.ask("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=killed")

    def kill_processes(self, node: str) -> None:
        """Kill what Slurm started on a node."""
        while found := self.processes(node):
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)

    def stop(self) -> None:
        """End all that was started."""
        for process in reversed(self.daemons.values()):
            process.kill()
            process.wait()
        for name in NAMES:
            self.kill_processes(name)
