"""The functions that a shell script has defined."""

from dataclasses import dataclass

from policygate.facts.syntax.shell.nodes import Function
from policygate.facts.syntax.snippet import Snippet


@dataclass(frozen=True)
class Defined:
    """A function and the text that its offsets refer to."""

    function: Function
    snippet: Snippet


class Functions:
    """Functions by name; those of a subshell go with it. Each body is read once, where it is first called."""

    def __init__(self) -> None:
        self._named: dict[str, Defined] = {}
        self._earlier: list[tuple[str, Defined | None]] = []
        self._unread: dict[int, Defined] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._named

    def define(self, function: Function, snippet: Snippet) -> None:
        """Give a name its function."""
        defined = Defined(function, snippet)
        self._earlier.append((function.name, self._named.get(function.name)))
        self._named[function.name] = self._unread[id(defined)] = defined

    def take(self, name: str) -> Defined | None:
        """The function of this name, unless its body has been taken already."""
        return self._unread.pop(id(self._named[name]), None)

    def take_uncalled(self) -> Defined | None:
        """The oldest function that nobody has called; None when there is none left."""
        return self._unread.pop(next(iter(self._unread))) if self._unread else None

    def mark(self) -> int:
        """The present, to come back to."""
        return len(self._earlier)

    def forget(self, mark: int) -> None:
        """Undo the definitions since a mark."""
        while len(self._earlier) > mark:
            name, earlier = self._earlier.pop()
            if earlier:
                self._named[name] = earlier
            else:
                del self._named[name]
