"""The flags in GOFLAGS (`go help environment`)."""

import re

from policygate.facts.go.reference import masked
from policygate.facts.model import Flag
from policygate.location import At

_WORD = re.compile(r"""[ \t\r\n]*+(?:"([^"]*+)"|'([^']*+)'|(["'][\s\S]*+)|([^ \t\r\n]++))""")
_FLAG = re.compile(r"--?(?P<name>[^\-=][^=]*+)(?:=(?P<value>[\s\S]*+))?")


def parse_goflags(value: str, at: At) -> list[Flag]:
    """The words of a GOFLAGS value; `value` is what the go command receives, `at` its place.

    Quotes count at the beginning of a word only. A word that go refuses, because it is no flag or its quote is never
    closed, has no name.
    """
    flags = []
    for word in _WORD.finditer(masked(value)):
        start, end = word.span(word.lastindex or 0)
        text = value[start:end]
        flag = _FLAG.fullmatch(text) if word.lastindex != 3 else None
        name, given = (flag["name"], flag["value"] or "") if flag else ("", "")
        flags.append(Flag(text=text, name=name, value=given, at=at.within(start, end - start)))
    return flags
