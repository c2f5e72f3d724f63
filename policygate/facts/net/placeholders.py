"""`${name:default}` in configuration files, as Spring puts it in.

https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.property-placeholders
"""

from collections.abc import Mapping
from dataclasses import dataclass

from policygate.facts.endpoint.references import default_of, references

_DEEPEST = 8
"""References of references that are followed."""
_LIMIT = 200_000
"""Characters that the references of one document may make, each of which counts `_COST` more."""
_COST = 20


@dataclass
class Placeholders:
    """The settings of a document, by name, for the references in their values."""

    known: Mapping[str, str]
    left: int = _LIMIT

    def put_in(self, text: str) -> tuple[str, bool]:
        """The text with its references replaced, and whether a default, which something else may override, was taken.

        What the document does not say and what has no default stays as it is written.
        """
        return self._put_in(text, _DEEPEST) if "${" in text else (text, False)

    def _put_in(self, text: str, depth: int) -> tuple[str, bool]:
        pieces: list[str] = []
        assumed = False
        done = 0
        for start, end in references(text):
            made = self._value(text[start:end], depth) if depth and text.startswith("${", start) else None
            if made is not None:
                self.left -= len(made[0])
                pieces += [text[done:start], made[0]]
                assumed |= made[1]
                done = end
        return "".join([*pieces, text[done:]]), assumed

    def _value(self, reference: str, depth: int) -> tuple[str, bool] | None:
        self.left -= _COST
        if self.left < 0:
            return None
        default = default_of(reference)
        name = reference[2:-1] if default is None else reference[2 : default.offset].rstrip(":-")
        known = self.known.get(name.strip())
        if known is not None:
            return self._put_in(known, depth - 1)
        return None if default is None else (self._put_in(default.text, depth - 1)[0], True)
