"""YAML against its schema: defaults are filled in, the first mistake is told in one line.

`snakemake.utils.validate` prints jsonschema's dump of the whole schema and instance, and would need
Snakemake in the environment of every job that reads the models' manifest.
"""

import copy
import difflib
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError, validators

from scripts.common import parsing
from scripts.common.errors import UserError

LONGEST = 200


def read(path: str | Path) -> dict[str, Any]:
    """Return the schema in a YAML file."""
    return parsing.parse_yaml(Path(path).read_text(encoding="utf-8"))


def validate(document: Any, schema: dict[str, Any], name: str) -> None:
    """Check a document against a schema, and fill in the schema's defaults.

    Args:
        document: what was read from YAML; changed in place.
        schema: a JSON schema.
        name: what the document is called where something is wrong.

    Raises:
        UserError: a key or a value is wrong; names it by its dotted path, and what may stand there.
    """
    # A wrong key first: that the right one is missing follows from it.
    errors = sorted(
        _Validator(schema).iter_errors(document),
        key=lambda error: (error.validator != "additionalProperties", _where(error)),
    )
    if errors:
        raise UserError(f"{name}: {' '.join(_explain(errors[0]).split())}")


def _set_defaults(
    validator: Any, properties: dict[str, Any], instance: Any, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name, subschema in properties.items():
            if "default" in subschema:
                # A list or mapping of its own: the schema's would be shared.
                instance.setdefault(name, copy.deepcopy(subschema["default"]))
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )


def _is_integer(checker: Any, value: object) -> bool:
    # A JSON schema's integer may be 3.0, which no range or size may.
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(checker: Any, value: object) -> bool:
    # JSON knows no .nan, which YAML does: it is within any bounds.
    return _is_integer(checker, value) or (isinstance(value, float) and math.isfinite(value))


_Validator = validators.extend(
    Draft202012Validator,
    {"properties": _set_defaults},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        {"integer": _is_integer, "number": _is_number}
    ),
)


def _where(error: ValidationError) -> str:
    return ".".join(map(str, error.absolute_path))


def _explain(error: ValidationError) -> str:
    """Return what is wrong, in the words of the document."""
    where = _where(error)
    if error.validator == "additionalProperties":
        return _unknown_key(where, error.instance, error.schema.get("properties", {}))
    if error.validator == "required":
        missing = next(key for key in error.validator_value if key not in error.instance)
        return f"the key {_join(where, missing)!r} is missing"
    if "propertyNames" in error.absolute_schema_path:
        rule = error.schema.get("pattern") if error.validator == "pattern" else None
        why = f"it must match {rule}" if rule else "it is taken"
        place = f"{where}: " if where else ""
        return f"{place}{error.instance!r} cannot be a name: {why}"
    if error.validator == "enum":
        return f"{where}: {_short(error.instance)} is not one of {_list(error.validator_value)}"
    if error.validator == "type":
        expected = error.validator_value
        expected = [expected] if isinstance(expected, str) else expected
        return f"{where or 'it'}: {_short(error.instance)} is not of type {' or '.join(expected)}"
    if error.validator == "pattern" and "description" in error.schema:
        rule = f"{error.validator_value} ({error.schema['description']})"
        return f"{where}: {_short(error.instance)} does not match {rule}"
    return f"{where}: {_cut(error.message)}"


def _unknown_key(where: str, instance: dict[str, Any], known: Iterable[str]) -> str:
    key = min((key for key in instance if key not in known), key=str)
    return f"unknown key {_join(where, key)!r}; {remedy(str(key), known, 'known keys')}"


def remedy(name: str, known: Iterable[str], what: str = "known") -> str:
    """Return what may be meant by a name that there is not: the nearest, else all."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"{what}: {_list(known)}"


def _join(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(str, values)) or "none"


def _short(value: object) -> str:
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
