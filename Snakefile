# The workflow from its checkout: `snakemake --cores all report`.
include: "workflow/Snakefile"


# A target that is included is not the default.
rule default:
    default_target: True
    input:
        rules.all.input,
