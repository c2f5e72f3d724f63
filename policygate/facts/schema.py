"""The JSON Schema of the Rego input (https://json-schema.org/draft/2020-12), as `policygate schema` prints it.

It is closed: every key is known, so that a misspelt reference of a policy is an error of the checker.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from policygate import location
from policygate.facts import LINKERS, READERS, model, model_kubernetes, model_network, model_nginx

_MODULES = (location, model_kubernetes, model_nginx, model_network, model)


def input_schema(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of `Facts`, with the given one for `config.parameters`."""
    schema = model.Facts.model_json_schema(mode="serialization")
    documents = {name: text for module in _MODULES for name, text in _documents(inspect.getsource(module))}
    definitions = schema["$defs"]
    for name, definition in [("Facts", schema), *definitions.items()]:
        _describe(name, definition, documents)
    sources = {name: {"$ref": "#/$defs/Source"} for name in (*READERS, *chain.from_iterable(LINKERS.values()))}
    schema["properties"]["sources"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": sources,
        "required": list(sources),
    }
    definitions["Config"]["properties"]["parameters"] = dict(parameters)
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
        if isinstance(node, ast.ClassDef):
            for field, below in zip(node.body, node.body[1:], strict=False):
                match field, below:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                        yield (node.name, name), inspect.cleandoc(text)
                    case _:
                        pass
