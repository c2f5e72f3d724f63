"""Files that show what a real one looks like: what stands in them for a password is none."""

import re
from collections.abc import Sequence
from dataclasses import replace

from policygate.facts.endpoint.grammar import parse_endpoint
from policygate.facts.endpoint.settings import Named, secret_values
from policygate.facts.endpoint.values import Value

_NAMES = frozenset({"dist", "example", "examples", "sample", "template", "tmpl", "tpl"})
_LONGEST = 60
_WORDS = re.compile(
    r"change|replace|insert|enter|your|sample|example|dummy|fake|placeholder|todo|tbd|here|this|with|please|some|strong"
    r"|secure|super|password|passwd|passphrase|pass|word|pwd|pw|secret|token|api|key|database|db|user|name|app|my|the"
    r"|put|set|it|me|a|x{2,}|[-_. <>{}\[\]*#?0-9]"
)


def is_example(path: str) -> bool:
    """Whether a file is there to be copied: `.env.example`, `config.sample.toml`."""
    return not _NAMES.isdisjoint(re.split(r"[._-]", path.rpartition("/")[2].lower()))


def is_placeholder(text: str) -> bool:
    """Whether a text that should be a secret says only that one belongs here: `changeme`, `your-password-here`."""
    return len(text) <= _LONGEST and not _WORDS.sub("", text.lower())


def without_placeholders(path: str, values: Sequence[Value]) -> Sequence[Value]:
    """The settings of a file; in an example, what stands for a secret is a variable."""
    if not is_example(path):
        return values
    secret = set(secret_values([Named(value.key, value.text) for value in values]))
    return [_opened(value, whole=index in secret) for index, value in enumerate(values)]


def _opened(value: Value, *, whole: bool) -> Value:
    if whole:
        return replace(value, text="$PASSWORD") if is_placeholder(value.text) else value
    parsed = parse_endpoint(value.text)
    spans = parsed.secrets if parsed else ()
    if not all(is_placeholder(value.text[start:end]) for start, end in spans):
        return value
    text = value.text
    for start, end in reversed(spans):
        text = f"{text[:start]}$PASSWORD{text[end:]}"
    return replace(value, text=text)
