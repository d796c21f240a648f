# What the rules of stage watch ask: the files a job needs, its parameters.


def watched_tools(wildcards):
    """The records of the programs of base and candidate."""
    if not config["watch"][entries.BASE]:
        raise WorkflowError(
            "nothing is watched: type make watch BASE=ENGINE CANDIDATE=ENGINE@VERSION"
        )
    engines = (config["engines"][entry] for entry in entries.ENTRIES)
    return [paths.TOOL.format(tool=engine["tool"]) for engine in engines]


def watched_engines():
    """The engines of base and candidate, without the version or file."""
    return [config["watch"][entry].partition("@")[0] for entry in entries.ENTRIES]
