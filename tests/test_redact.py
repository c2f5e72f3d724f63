import pytest

from policygate.redact import has_credentials, redact


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ci:hunter2@proxy.acme.example/go", "https://ci:*******@proxy.acme.example/go"),
        ("https://glpat-12@proxy.acme.example", "https://********@proxy.acme.example"),
        ("https://ci:${TOKEN}@proxy.acme.example", "https://ci:${TOKEN}@proxy.acme.example"),
        ("https://ci:a$Tb@proxy.acme.example", "https://ci:*$Tb@proxy.acme.example"),
        ("https://ci:${{ secrets.T }}@a.example", "https://ci:${{ secrets.T }}@a.example"),
        ("ssh://git@git.acme.example/x", "ssh://git@git.acme.example/x"),
        ("git@git.acme.example:x", "git@git.acme.example:x"),
        ("DEPLOY_TOKEN: abcdef", "DEPLOY_TOKEN: ******"),
        ("export DB_PASSWORD='s3cret'", "export DB_PASSWORD='******'"),
        ("Authorization: Bearer abcdefghij", "Authorization: Bearer **********"),
        ("GOPROXY=https://a.example|direct", "GOPROXY=https://a.example|direct"),
        ("token := lexer.Next()", "token := ************"),
        ("https://a.example,https://u:p@b.example", "https://a.example,https://u:*@b.example"),
        ("x/https:/ci:hunter2@a.example", "x/https:/ci:*******@a.example"),
        ("//ci:hunter2@a.example", "//ci:*******@a.example"),
        ("go install a.example//x@v1", "go install a.example//x@v1"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_every_column_stays() -> None:
    text = "x https://u:pässwörd@h.example y PASSWORD=zz w"
    assert len(redact(text)) == len(text)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://ci:${{ secrets.TOKEN }}@h.example", True),
        ("https://${{ secrets.TOKEN }}@h.example", True),
        ("https://h.example/${{ secrets.TOKEN }}", False),
        ("https://u:p@h.example", True),
        ("https://u@h.example", True),
        ("https://h.example", False),
        ("u@h", False),
    ],
)
def test_has_credentials(url: str, expected: bool) -> None:
    assert has_credentials(url) is expected


def test_a_long_line_takes_linear_time() -> None:
    assert len(redact("://" * 200_000)) == 600_000
    assert len(redact("//" * 200_000 + "@")) == 400_001
    assert len(redact("//a:" * 200_000 + "@")) == 800_001
    assert len(redact("token" * 100_000)) == 500_000
    assert len(redact("://" + "$(" * 200_000 + "@")) == 400_004
    assert len(redact("://" + "${{" * 200_000 + "@")) == 600_004
    assert len(redact("a: " * 200_000)) == 600_000
    assert len(redact("bearer " * 100_000)) == 700_000
