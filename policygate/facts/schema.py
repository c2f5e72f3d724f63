"""The JSON Schema of the Rego input (https://json-schema.org/draft/2020-12), as `policygate schema` prints it.

It is closed: every key is known, so that a misspelt reference of a policy is an error of the checker.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policygate import location
from policygate.facts import LINKERS, READERS, model

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def input_schema(parameters: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
    """The schema of `Facts`; `parameters` are the defaults by rule id and name, which give their types."""
    schema = model.Facts.model_json_schema(mode="serialization")
    documents = {name: text for module in (location, model) for name, text in _documents(inspect.getsource(module))}
    definitions = schema["$defs"]
    for name, definition in [("Facts", schema), *definitions.items()]:
        _describe(name, definition, documents)
    schema["properties"]["sources"] = _closed({name: {"$ref": "#/$defs/Source"} for name in (*READERS, *LINKERS)})
    definitions["Config"]["properties"]["parameters"] = _closed(
        {rule: _closed({name: _typed(default) for name, default in of.items()}) for rule, of in parameters.items()}
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "policygate input", **schema}


def _describe(name: str, definition: dict[str, Any], documents: Mapping[tuple[str, str], str]) -> None:
    """Add the docstrings of the model, drop what only repeats names, and require every key."""
    definition.pop("title", None)
    properties = definition.get("properties", {})
    for key, value in properties.items():
        value.pop("title", None)
        value.pop("default", None)
        if text := documents.get((name, key)):
            value["description"] = text
    if properties or definition.get("type") == "object":
        definition["properties"] = properties
        definition["required"] = list(properties)


def _documents(source: str) -> Iterator[tuple[tuple[str, str], str]]:
    """The string under each field of each class: (class, field), text."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        for field, below in zip(node.body, node.body[1:], strict=False):
            named = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            if named and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                yield (node.name, field.target.id), inspect.cleandoc(str(below.value.value))  # type: ignore[union-attr]


def _closed(properties: Mapping[str, Any]) -> dict[str, Any]:
    names: Sequence[str] = list(properties)
    return {"type": "object", "additionalProperties": False, "properties": dict(properties), "required": names}


def _typed(default: object) -> dict[str, Any]:
    kind = {"type": _TYPES[type(default)]}
    if isinstance(default, list):
        return {**kind, "items": {"type": "string"}}
    return kind
