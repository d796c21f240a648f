# What the rules of stage model ask: the files a job needs, its parameters.
# Channels that the packed kernels of a target compute at once (classifier/src/packed/format.rs).
PANELS = {"native": 16, "wasm": 8}
ENTRIES = {
    name: manifest.load(name, own("models/manifest.yaml")) for name in EVERY_MODEL
}
# Where weights are looked for does not change them: the environment, unlike a parameter, re-runs nothing.
if config["mirror"]:
    os.environ[pretrained.MIRROR_VARIABLE] = config["mirror"]


def calibration_request(wildcards):
    """The photograph that is calibrated on where the config names no others."""
    is_needed = wildcards.reference == numbers.LITERT
    return paths.REQUEST if is_needed and not config["calibration"]["images"] else []


def calibration_option(wildcards, input):
    """The same as an option."""
    return option("--input", str(input.request))


def calibration_images(wildcards):
    """The photographs that a reference is calibrated on."""
    is_needed = wildcards.reference == numbers.LITERT
    images = config["calibration"]["images"] if is_needed else []
    return [given(path) for path in images]


def model_labels(wildcards):
    """The labels that the manifest names for a model."""
    return local(ENTRIES[wildcards.model].labels)


def model_entry(wildcards):
    """What the manifest says of a model."""
    return str(ENTRIES[wildcards.model])
