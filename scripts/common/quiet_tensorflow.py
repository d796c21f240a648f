"""TensorFlow without its start-up chatter: `from quiet_tensorflow import tf`.

Importing it takes seconds and hundreds of MB: only the scripts that need it import this module,
and those that need it sometimes do so late.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's kernels add in an order that depends on the machine; the oracle shall not.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import tensorflow as tf  # noqa: E402

__all__ = ["tf"]
