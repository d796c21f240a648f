"""What the chapter's figures are called, and how each is to be read."""

from scripts.scaling.relations import RELATIONS

# Ratios to the native build over models and over photographs, and whether it is these.
RATIOS = {"ratios-models": False, "ratios-photographs": True}
OF_LINES = {relation.name: relation for relation in RELATIONS}


def names(with_photographs: bool) -> list[str]:
    """Return the names of all figures, in order; of photographs where there are any."""
    found = {name: relation.of_photographs for name, relation in OF_LINES.items()} | RATIOS
    return [
        name for name, of_photographs in found.items() if with_photographs or not of_photographs
    ]


def caption(name: str) -> str:
    """Return how a figure is to be read."""
    if name in RATIOS:
        return "Ratios to the native build of the same kind, paired by rounds."
    relation = OF_LINES[name]
    return (
        f"{relation.title}: medians with their intervals, the line through them, and below by how "
        "much they lie off it."
    )
