"""A command given as a list of words, as the shell would have it (https://docs.docker.com/reference/dockerfile/#exec-form)."""

import shlex
from collections.abc import Sequence

from policygate.facts.syntax.snippet import Snippet
from policygate.facts.syntax.yaml_tree import Scalar


def command_of(words: Sequence[Scalar]) -> Snippet:
    """The words as one line in which nothing is for the shell; each stands where its scalar does."""
    anchors: list[tuple[int, int]] = []
    pieces: list[str] = []
    length = 0
    for word in words:
        quoted = shlex.quote(word.value)
        snippet = word.snippet()
        shift = 0 if quoted == word.value else 1
        anchors += [(length + (own + shift if own else 0), theirs) for own, theirs in snippet.anchors]
        pieces.append(quoted)
        length += len(quoted) + 1
    return Snippet(" ".join(pieces), words[0].file, tuple(anchors))
