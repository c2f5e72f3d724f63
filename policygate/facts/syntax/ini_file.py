"""INI files, as Python's configparser reads them (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure)."""

import re
from collections.abc import Iterator

from policygate.facts.syntax.setting import Setting
from policygate.location import Text

_SECTION = re.compile(r"\[(?P<name>[^\]\n]+)\]")
_SIGN = re.compile(r"[=:]")
_COMMENT = ("#", ";")


def parse_ini(file: Text) -> Iterator[Setting]:
    """The options in file order, `section.option`; quotes around a value are left out.

    Other readers allow options without a section, so that these are read as well. A line that is indented more than the
    option before it belongs to that, and is a value of its own.
    """
    section = name = ""
    start = indentation = 0
    for line in file.text.split("\n"):
        text = line.strip()
        offset = start + len(line) - len(line.lstrip())
        first, start = start, start + len(line) + 1
        head, sign = _SECTION.match(text), _SIGN.search(text)
        if not text or text.startswith(_COMMENT):
            continue
        if name and offset - first > indentation:
            yield _setting(file, name, text, offset)
        elif head:
            section, name = head["name"].strip(), ""
        elif sign and sign.start():
            option = text[: sign.start()].strip()
            name, indentation = f"{section}.{option}" if section else option, offset - first
            value = text[sign.end() :].lstrip()
            yield _setting(file, name, value, offset + len(text) - len(value))


def _setting(file: Text, name: str, text: str, start: int) -> Setting:
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text, start = text[1:-1], start + 1
    return Setting(name, text, file.at(start, start + len(text)))
