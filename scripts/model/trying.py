"""One image is run through a graph: what runs and gives no probabilities is refused early.

The oracle would not see it, since everything that it compares runs the same graph.
"""

import numpy as np

from scripts.common.errors import UserError
from scripts.common.quiet_tensorflow import tf
from scripts.model.manifest import Model

# How far from 1 the probabilities' sum may be.
ROUNDING = 1e-3


def check(image, raw, output, model: Model) -> None:
    """Run a graph on an image of noise.

    Args:
        image: the placeholder, float32 [batch, size, size, 3].
        raw: the network's own output, and `output` what is made of it.
        output: what the adapted graph gives.
        model: its entry in the manifest.

    Raises:
        UserError: it does not run, or gives no probabilities of as many classes as labels.
    """
    shape = (1, model.size, model.size, 3)
    pixels = np.random.default_rng(0).uniform(*model.input_range, shape).astype(np.float32)
    try:
        with tf.compat.v1.Session(graph=image.graph) as session:
            own, found = session.run([raw, output], {image: pixels})
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(f"{model.member} does not run on one image: {reason(error)}") from error
    wanted = (1, len(model.classes))
    if found.shape != wanted:
        raise UserError(
            f"{model.member} gives {list(found.shape)} for one image, not {list(wanted)}; correct "
            "`output`, `labels` or `label_offset` in the manifest"
        )
    if not are_probabilities(found):
        raise UserError(
            f"{model.member} gives no probabilities, but {found.min():g} to {found.max():g} with a "
            f"sum of {found.sum():g}; where these are logits say `output_is: logits`"
        )
    if model.output_is == "logits" and are_probabilities(own):
        raise UserError(
            f"{model.member} gives probabilities already; say `output_is: probabilities`"
        )


def reason(error: Exception) -> str:
    """Return TensorFlow's reason: what follows the name of the node, else its first line."""
    lines = list(filter(None, map(str.strip, str(error).splitlines())))
    after = [place + 1 for place, line in enumerate(lines[:-1]) if line.startswith("Node:")]
    return lines[after[0] if after else 0]


def are_probabilities(values: np.ndarray) -> bool:
    """Tell whether values are none below 0, and 1 together; NaN are not."""
    return bool(values.min() >= 0 and abs(values.sum() - 1) <= ROUNDING)
