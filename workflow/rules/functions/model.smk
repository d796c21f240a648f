# What the rules of stage model ask: the files a job needs, its parameters.
# Channels that the packed kernels of a target compute at once (classifier/src/packed/format.rs).
PANELS = {"native": 16, "wasm": 8}
ENTRIES = {name: manifest.load(name, own("models/manifest.yaml")) for name in MODELS}
# Where weights are looked for does not change them: the environment, unlike a parameter, re-runs nothing.
if config["mirror"]:
    os.environ[pretrained.MIRROR_VARIABLE] = config["mirror"]


def model_labels(wildcards):
    """The labels that the manifest names for a model."""
    return ENTRIES[wildcards.model].labels


def model_entry(wildcards):
    """What the manifest says of a model."""
    return str(ENTRIES[wildcards.model])
