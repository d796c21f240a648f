"""A checkpoint of PyTorch's, as it wrote them before 1.6, read without PyTorch.

PyTorch itself would be hundreds of megabytes to install, of which this takes one function. It is
for files whose digest was verified: a pickle can take as much time and memory as it likes.
"""

import io
import pickle
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

from scripts.common.errors import UserError

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
DAMAGED = (
    *(pickle.UnpicklingError, EOFError, LookupError, ValueError, TypeError, AttributeError),
    *(ArithmeticError, MemoryError, RecursionError),
)
TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


class _Storage(NamedTuple):
    dtype: str
    key: str


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _tensor(storage, offset, shape, strides, *_) -> _Tensor:
    return _Tensor(storage, offset, shape, strides)


class _Names(pickle.Unpickler):
    """The names and shapes of tensors: no other class or function is found."""

    def find_class(self, module: str, name: str):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise pickle.UnpicklingError(f"it has a {module}.{name}")

    def persistent_load(self, pid):
        _, dtype, key, *_ = pid
        if not (isinstance(key, str) and dtype in TYPES.values()):
            raise pickle.UnpicklingError("it has another storage")
        return _Storage(dtype, key)


def read(data: bytes) -> dict[str, np.ndarray]:
    """Return a checkpoint's arrays by name.

    Raises:
        UserError: it is no such checkpoint, or is damaged.
    """
    stream = io.BytesIO(data)
    try:
        if (_Names(stream).load(), _Names(stream).load()) != (MAGIC, PROTOCOL):
            raise UserError("it is no checkpoint of PyTorch's as it was written before 1.6")
        _Names(stream).load()
        tensors, keys = _Names(stream).load(), _Names(stream).load()
        dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in tensors.values()}
        storages = {key: _storage(stream, dtypes[key]) for key in keys}
        return {name: _array(storages, tensor) for name, tensor in tensors.items()}
    except DAMAGED as error:
        raise UserError(f"the checkpoint of PyTorch is damaged, or another: {error}") from error


def _storage(stream, dtype: str) -> np.ndarray:
    (count,) = np.frombuffer(stream.read(8), "<i8")
    if count < 0:
        raise ValueError("a storage of less than nothing")
    return np.frombuffer(stream.read(count * np.dtype(dtype).itemsize), dtype, count)


def _array(storages: dict[str, np.ndarray], tensor: _Tensor) -> np.ndarray:
    values = storages[tensor.storage.key]
    strides = [step * values.itemsize for step in tensor.strides]
    offset = tensor.offset * values.itemsize
    # It refuses what would lie outside.
    return np.ndarray(tensor.shape, values.dtype, values, offset, strides)
