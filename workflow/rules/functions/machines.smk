# What the rules of stage machines ask: where each machine's files are, and what is made once for all of them.
SEVERAL = MACHINES if len(MACHINES) > 1 else []
# What a machine's own rules do not make: the same bytes are measured everywhere.
MADE_ONCE = "|".join(
    [
        "[^/]+",
        *(
            f"(build|snapshot|optimised)/{re.escape(build)}/[^/]+"
            for build in WASM_BUILDS
        ),
    ]
)


def below(machine):
    """What stands before the paths of a machine."""
    return paths.MACHINES.format(machine=machine)


def of_machine(machine):
    """The config of a machine's own rules: the same for it alone, with the same history."""
    folder = config["history"]["folder"]
    is_relative = folder and not os.path.isabs(folder)
    return ASKED | {
        "compare": ASKED["compare"] | {"machines": [machine]},
        "history": {
            "folder": os.path.relpath(folder, below(machine)) if is_relative else folder
        },
    }


def of_every_machine(files):
    """Files of every machine."""
    return [below(machine) + file for machine in SEVERAL for file in files]


def machine_reports():
    """The reports of the machines, each by itself, and what says that they are in the history."""
    return of_every_machine([paths.REPORT, paths.REPORT_HTML, *remembered()])
