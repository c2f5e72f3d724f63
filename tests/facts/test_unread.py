"""What reports may show of lines that nobody could read."""

import pytest

from policygate.facts import run_reader
from policygate.location import Text

SERVICE = "services:\n  shop:\n    environment:\n"


def shown(path: str, reader: str, text: str) -> str:
    """The text with what is secret blanked."""
    file = Text(path, text.encode())
    signs = list(text)
    for at in run_reader(reader, path, text.encode()).secrets:
        for offset in range(file.offset(at.start.line, at.start.column), file.offset(at.end.line, at.end.column)):
            signs[offset] = "*"
    return "".join(signs)


@pytest.mark.parametrize(
    ("path", "reader", "text", "expected"),
    [
        (
            "compose.yaml",
            "compose",
            SERVICE
            + '      DSN: "app:PLANTED"@tcp(db:3306)/app\n      LOG: debug\n    image: registry.acme.example/shop\n',
            SERVICE
            + '      DSN: "app:*******"*******:*********\n      LOG: debug\n    image: registry.acme.example/shop\n',
        ),
        ("compose.yaml", "compose", SERVICE + "      DB_PASS: *PLANTED\n", SERVICE + "      DB_PASS: ********\n"),
        ("compose.yaml", "compose", SERVICE + "      a\n    b: PLANTED\n", SERVICE + "      a\n    b: PLANTED\n"),
        ("service.json", "service_file", '{"depends_on": ["PLANTED\n', '{"depends_on": ["*******\n'),
        ("service.json", "service_file", '{"service": "' + "a" * 2_000, "*" * 2_013),
        (
            "application.properties",
            "app_config",
            "a.url=redis://a\nb=PLANTED\\u12\nc=d\n",
            "a.url=redis:*****\nb=*******\\u12\nc=d\n".replace("*****\n", "//a\n", 1),
        ),
        ("Makefile", "makefile", "x: PLANTED\n\tifdef\nendif\n", "x: PLANTED\n\tifdef\nendif\n"),
    ],
)
def test_names_and_signs_alone(path: str, reader: str, text: str, expected: str) -> None:
    assert shown(path, reader, text) == expected
