# What the rules of stage build ask: the files a job needs, its parameters.
NATIVE_BUILDS = [name for name in config["builds"] if selection.is_native(config, name)]
WASM_BUILDS = [name for name in config["builds"] if name not in NATIVE_BUILDS]
PACKED_BUILDS = [
    name for name, build in config["builds"].items() if build["runtime"] == "packed"
]
CLASSIFIER_SOURCES = own_files(
    "classifier",
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "src/**/*.rs",
    "examples/**/*.rs",
)
# Both are of the classifier's workspace, whose manifest has the profiles.
COMPONENT_SOURCES = own_files(
    "classifier", "Cargo.toml", "component/Cargo.toml", "component/src/**/*.rs"
)
MEASURE_SOURCES = own_files(
    "classifier", "Cargo.toml", "measure/Cargo.toml", "measure/src/**/*.rs"
)


def one_of(builds, *, is_packed):
    """The constraint of the wildcard `build` to those of these that are packed, or not."""
    chosen = [name for name in builds if (name in PACKED_BUILDS) == is_packed]
    return "|".join(chosen) or "(?!)"


def build_settings(wildcards):
    """A build as the config describes it, without what only later stages use."""
    keys = (
        "target",
        "rustflags",
        "profile",
        "runtime",
        "numbers",
        "lanes",
        "snapshot",
    )
    settings = config["builds"][wildcards.build]
    library = {"tract": settings["tract"]} if settings["tract"] else {}
    chosen = {key: settings[key] for key in keys} | library
    return as_json({"build": wildcards.build} | chosen)


def build_model(wildcards):
    """The file of the model that a build embeds."""
    settings = config["builds"][wildcards.build]
    if settings["runtime"] == "packed":
        panel = PANELS[settings["target"]]
        form = settings["numbers"]
        template = paths.PACKED if form == numbers.F32 else paths.QUANTISED
        return template.format(model=wildcards.model, numbers=form, panel=panel)
    template = paths.FOLDED if settings["graph"] == "folded" else paths.GRAPH
    return template.format(model=wildcards.model)


def build_host(wildcards):
    """The processor, for builds that use the instructions of the one they are compiled on."""
    flags = " ".join(config["builds"][wildcards.build]["rustflags"])
    return HOST if crate.HOST_CPU in flags else ""


def module_to_optimise(wildcards):
    """The module as compiled, or the snapshot of it."""
    snapshot = config["builds"][wildcards.build]["snapshot"]
    return (paths.SNAPSHOT if snapshot else paths.COMPILED).format(**wildcards)


def wasm_opt_options(wildcards):
    """The options of wasm-opt for a build."""
    return as_json(config["builds"][wildcards.build]["wasm_opt"])
