"""The directives of one nginx file, as a tree (https://nginx.org/en/docs/beginners_guide.html#conf_structure)."""

from dataclasses import dataclass, field
from functools import cache

from policygate.facts.nginx.tokens import MisreadError, Token, tokens
from policygate.location import At, Text

_DEEPEST = 60
"""Blocks within blocks; people write five."""
_BLOCKS = {
    "http": (0,),
    "events": (0,),
    "stream": (0,),
    "server": (0,),
    "types": (0,),
    "upstream": (1,),
    "location": (1, 2),
    "map": (2,),
    "geo": (1, 2),
}
"""Blocks that say whose file it is, with the numbers of their arguments: servers of other programs have names."""
_NEWER = frozenset({"http2", "http3", "quic_retry", "ssl_reject_handshake", "access_by_lua_block", "lua_package_path"})
"""Directives that crossplane's tables do not hold, and that a file may consist of."""


@dataclass(eq=False, slots=True)
class Statement:
    """One directive with its arguments, and with what is in it when it is a block."""

    file: Text
    words: list[Token]
    block: "list[Statement] | None"

    @property
    def is_block(self) -> bool:
        """Whether it holds others."""
        return self.block is not None

    @property
    def name(self) -> str:
        """The first word."""
        return self.words[0].text

    @property
    def args(self) -> list[str]:
        """The other words."""
        return [word.text for word in self.words[1:]]

    def at(self, first: int = 0) -> At:
        """From a word on to the last one, or to the end of the line that begins there."""
        start = self.words[first].start
        line_end = self.file.text.find("\n", start)
        last = max(word.end for word in self.words[first:])
        end = last if line_end < 0 or last <= line_end else start + len(self.file.text[start:line_end].rstrip())
        return self.file.at(start, end)


@dataclass
class Parsed:
    """What a file holds; with an error only what stands before it."""

    top: list[Statement] = field(default_factory=list)
    error: MisreadError | None = None
    foreign: bool = False
    """Whether it is a template in a language that is not nginx's: `{{ .Values.name }}`."""

    @property
    def plausible(self) -> bool:
        """Whether it is made of nginx's directives: a block that is nginx's alone, or most of what it says."""
        if any(
            len(statement.words) - 1 in _BLOCKS.get(statement.name, ()) for statement in self.top if statement.is_block
        ):
            return True
        known = sum(statement.name in _known() for statement in self.top if not statement.is_block)
        return known > 0 and known >= len(self.top) - known


def parse(file: Text) -> Parsed:
    """The directives of a file. Nothing is followed."""
    parsed = Parsed()
    try:
        _read_into(parsed.top, file)
    except MisreadError as error:
        parsed.error = error
        around = file.text[max(0, error.offset - 1) : error.offset + 2]
        parsed.foreign = error.message == "unexpected `{`" and ("{{" in around or "{%" in around)
    return parsed


def _read_into(top: list[Statement], file: Text) -> None:
    """Raises: MisreadError."""
    open_ = [top]
    words: list[Token] = []
    for token in tokens(file.text):
        if not token.mark:
            words.append(token)
        elif token.text == "}":
            _close(open_, words, token)
        elif not words:
            raise MisreadError(f"unexpected `{token.text}`", token.start)
        else:
            block: list[Statement] | None = [] if token.text == "{" else None
            open_[-1].append(Statement(file, words, block))
            words = []
            if block is not None:
                open_.append(block)
            if len(open_) > _DEEPEST:
                raise MisreadError(f"more than {_DEEPEST - 1} blocks within each other", token.start)
    if words:
        raise MisreadError(f"`{words[0].text}` is not terminated by `;`", words[0].start)
    if len(open_) > 1:
        raise MisreadError("unexpected end of file, expecting `}`", len(file.text))


def _close(open_: list[list[Statement]], words: list[Token], token: Token) -> None:
    if words:
        raise MisreadError(f"`{words[0].text}` is not terminated by `;`", words[0].start)
    if len(open_) == 1:
        raise MisreadError("unexpected `}`", token.start)
    open_.pop()


@cache
def _known() -> frozenset[str]:
    from crossplane.analyzer import DIRECTIVES  # type: ignore[import-untyped]  # noqa: PLC0415 - a large table

    return _NEWER.union(DIRECTIVES)
