"""The workflow runs from any folder, from another workflow, and leaves its checkout as it was."""

from conftest import MODEL, planned_rules, snakemake

MODULE = """
configfile: "{root}/config/config.yaml"
configfile: "{root}/config/quick.yaml"

module classification:
    snakefile: "{root}/workflow/Snakefile"
    config: config
    prefix: "classification"

use rule * from classification as classification_*

module other:
    snakefile: "{root}/workflow/Snakefile"
    config: config
    prefix: "other"

use rule * from other as other_*
"""


def files(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_run_in_another_folder_leaves_the_checkout_alone(root, tmp_path):
    before = files(root / "results")
    quick = ("--configfile", str(root / "config/quick.yaml"))
    snakefile = ("--snakefile", str(root / "Snakefile"))
    targets = ("results/input.json", f"{MODEL}/model.pb")
    done = snakemake(tmp_path, *snakefile, *quick, "--", *targets)
    assert done.returncode == 0, done.stderr[-4000:]
    assert all((tmp_path / target).is_file() for target in targets)
    assert files(root / "results") == before


def test_a_folder_s_own_config_lies_over_the_checkout_s(root):
    done = snakemake(root, "--directory", ".test", "--dry-run", "--nolock", "--", "report")
    assert done.returncode == 0, done.stderr
    assert f"{MODEL}/model.pb" in done.stdout
    assert "build_native" in planned_rules(done)


def test_another_workflow_takes_it_as_a_module_below_a_folder_of_its_own(root, tmp_path):
    """Rules, and what the jobs themselves run, find their files there: a reference is checked.

    What else is taken as a module has others.
    """
    (tmp_path / "Snakefile").write_text(MODULE.format(root=root))
    gate = f"classification/{MODEL}/gates/litert.json"
    done = snakemake(tmp_path, "--cores", "2", "--", gate)
    assert done.returncode == 0, done.stderr[-4000:]
    assert '"passed": true' in (tmp_path / gate).read_text()
    assert {path.name for path in tmp_path.iterdir()} == {
        ".snakemake",
        "Snakefile",
        "classification",
    }
