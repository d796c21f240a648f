"""The example of a GitHub workflow calls what there is."""

import re
import subprocess

import yaml


def test_its_commands_and_files_exist(root):
    job = yaml.safe_load((root / "docs/examples/watch.yml").read_text())["jobs"]["watch"]
    (run,) = [step["run"] for step in job["steps"] if step.get("id") == "watch"]
    subprocess.run(["bash", "-n"], input=run, text=True, check=True)
    (target, variables) = re.search(r"make (\w+) ((?:[A-Z]+=\S+ ?)+)", run).groups()
    makefile = (root / "Makefile").read_text()
    assert f"\n{target}: " in makefile
    for name in re.findall(r"([A-Z]+)=", variables):
        assert f"$({name})" in makefile
    (module,) = re.findall(r"python -m (\S+)", run)
    assert (root / f"{module.replace('.', '/')}.py").is_file()
