# How close does WebAssembly come to native Rust for image classification, and what closes the gap?
# One file a stage in workflow/rules; the experiment is config/config.yaml.
from snakemake.utils import min_version, validate

min_version("9.27")


configfile: "config/config.yaml"


validate(config, "workflow/schemas/config.schema.yaml")


include: "workflow/rules/common.smk"
include: "workflow/rules/tools.smk"
include: "workflow/rules/model.smk"
include: "workflow/rules/build.smk"
include: "workflow/rules/compile.smk"
include: "workflow/rules/oracle.smk"
include: "workflow/rules/bench.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/selfcheck.smk"


rule all:
    default_target: True
    input:
        "results/report.md",
        "results/report.html",
