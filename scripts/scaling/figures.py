"""What the chapter's figures are called, and how each is to be read."""

from scripts.scaling.relations import OVER, RELATIONS

# Ratios to the native build over models, and over photographs.
RATIOS = {"ratios-models": "multiply_adds", "ratios-photographs": "pixels"}
OF_LINES = {relation.name: relation for relation in RELATIONS}


def names(with_photographs: bool) -> list[str]:
    """Return the names of all figures, in order; of photographs where there are any."""
    places = {name: relation.over for name, relation in OF_LINES.items()} | RATIOS
    return [name for name, over in places.items() if with_photographs or over != "pixels"]


def caption(name: str) -> str:
    """Return how a figure is to be read."""
    if name in RATIOS:
        place = OVER[RATIOS[name]]
        return f"Ratios to the native build of the same kind over {place}, paired by rounds."
    relation = OF_LINES[name]
    return (
        f"{relation.title}: medians with their intervals, the line through them, and below by how "
        "much they lie off it."
    )
