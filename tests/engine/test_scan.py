from hypothesis import given
from hypothesis import strategies as st

from policygate.engine.scan import Annotation, Head, Outline, Ref, outline
from policygate.location import Text


def scan(text: str) -> Outline:
    return outline(Text("x.rego", text.encode()))


def test_the_outline_of_a_module_names_what_it_declares_and_what_it_refers_to() -> None:
    text = (
        "package acme.no_forks\n"
        "import data.acme.lib as helper\n"
        "\n"
        "default allow := false\n"
        "deny contains msg if {\n"
        '\tsome m in input["go"].modules[_].requires # data.comment.is.none\n'
        '\tmsg := "data.string.is.none"\n'
        "\tnot data.acme.lib.ok(m)\n"
        "}\n"
        "f(x) := x.input.go\n"
        "  else := `data.raw.is.none`\n"
    )
    assert scan(text) == Outline(
        package=("acme", "no_forks"),
        package_offset=0,
        heads=(
            Head("allow", function=False, offset=text.index("allow")),
            Head("deny", function=False, offset=text.index("deny")),
            Head("f", function=True, offset=text.index("f(x)")),
        ),
        inputs=(Ref(("go", "modules"), text.index('input["go"]')),),
        data=(Ref(("acme", "lib"), text.index("data")), Ref(("acme", "lib", "ok"), text.index("data.acme.lib.ok"))),
        templates=(),
        annotation=None,
    )


def test_a_head_may_be_indented_and_its_value_may_follow_on_the_next_line() -> None:
    text = 'package a\n\n  x :=\n    y\ny := {\n"a": 1,\n}\nz if\n  x\nw contains v if { v := 1 }\nelse_not := 1\n'
    assert [head.name for head in scan(text).heads] == ["x", "y", "z", "w", "else_not"]


def test_a_bracketed_package_word_is_read_like_a_dotted_one() -> None:
    assert scan('package acme["no-forks"].x').package == ("acme", "no-forks", "x")


def test_a_reference_ends_where_it_is_no_longer_constant() -> None:
    found = scan("package a\nx := input.go[k].b\ny := input\nz := data[x]\nw := input.base .go")
    assert [ref.path for ref in found.inputs] == [("go",), (), ("base",)]
    assert [ref.path for ref in found.data] == [()]


def test_a_string_template_is_noted() -> None:
    text = 'package a\nx := $"{input.go}"\ny := $`a`\nz := "$"\n'
    assert scan(text).templates == (text.index("$"), text.index("$`"))


def test_the_metadata_are_the_last_block_of_comments_above_the_package() -> None:
    above = "# METADATA\n# title: Other\n\n# Licence\n# METADATA\n# title: Mine\n#\n# custom: {}\n\n"
    text = f"{above}package a\n# METADATA\n# title: Below\nx := 1\n"
    assert scan(text).annotation == Annotation(" title: Mine\n\n custom: {}", 6)


def test_a_comment_that_is_no_metadata_is_none() -> None:
    assert scan("# METADATA of the house\npackage a").annotation is None


@given(st.text(alphabet=st.sampled_from('pacge.input data[]{}()"`#\\\n \t:=x$')))
def test_no_text_breaks_the_scan(text: str) -> None:
    assert scan(text).package_offset >= 0
