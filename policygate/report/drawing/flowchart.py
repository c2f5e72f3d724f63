"""New paths of a network among their neighbours, as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html).

A label holds letters, digits, blanks, and a few signs between these as they are; all else is an entity code. So nothing
ends it early, and neither Mermaid nor the Markdown and HTML that its labels may be finds anything in it to act on.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from policygate.report.drawing.screen import flat
from policygate.report.drawing.words import spoken
from policygate.topology import NewPath, Way

MAX_EDGES = 60
"""Mermaid draws 500, but nobody reads them."""

_LONGEST = 60
"""Characters of one label."""
_CODED = re.compile(r"[^\w ,./-]|(?<![^\W_])[-._/]|[-._/](?![^\W_])|(?<=[Ww]{3})\.")
_MARKS = str.maketrans({"°": r"\xb0", "¶": r"\xb6"})
"""What Mermaid itself writes for entity codes on its way."""
_PROTECTED = "classDef protected stroke:#d1242f,stroke-width:3px"


def flowchart(paths: Iterable[NewPath], around: Iterable[Way]) -> str:
    """The new edges drawn thick and those around them thin, at most `MAX_EDGES`; empty without new edges.

    Those that lead into a protected environment come first, so that it is not they that there is no room for.
    """
    edges = {(path.source, path.target, spoken(path)): path for path in paths if not path.hops}
    new = sorted(edges.values(), key=lambda path: not path.protected)[:MAX_EDGES]
    if not new:
        return ""
    thin = list(around)[: MAX_EDGES - len(new)]
    pairs = [(path.source, path.target) for path in new] + [(way.source, way.target) for way in thin]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    ids = {name: f"n{number}" for number, name in enumerate(names)}
    lines = [*_nodes(ids, new), *_edges(ids, new, thin), *_classes(ids, new)]
    return "flowchart LR\n" + "".join(f"  {line}\n" for line in lines)


def label(text: str) -> str:
    """A text on one line as it may stand between the quotes of a label."""
    shown = flat(text).translate(_MARKS)
    cut = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."
    return _CODED.sub(lambda sign: f"#{ord(sign[0])};", cut) or "#63;"


def _nodes(ids: Mapping[str, str], new: Sequence[NewPath]) -> Iterator[str]:
    """Each with its name; a new target with its environments, and as a cylinder where it is a datastore."""
    stores = {path.target for path in new if path.datastore}
    for name, id_ in ids.items():
        environments = dict.fromkeys(path.environment for path in new if path.target == name and path.environment)
        text = label(name) + "".join(f" ({label(environment)})" for environment in environments)
        yield f'{id_}[("{text}")]' if name in stores else f'{id_}["{text}"]'


def _edges(ids: Mapping[str, str], new: Sequence[NewPath], thin: Sequence[Way]) -> Iterator[str]:
    for path in new:
        said = f'|"{label(spoken(path))}"|' if spoken(path) else ""
        yield f"{ids[path.source]} ==>{said} {ids[path.target]}"
    for way in thin:
        said = f'|"{label(way.protocol)}"|' if way.protocol else ""
        yield f"{ids[way.source]} -->{said} {ids[way.target]}"


def _classes(ids: Mapping[str, str], new: Sequence[NewPath]) -> Iterator[str]:
    protected = dict.fromkeys(ids[path.target] for path in new if path.protected)
    if protected:
        yield _PROTECTED
        yield f"class {','.join(protected)} protected"
