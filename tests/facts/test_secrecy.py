from policygate.facts import run_reader
from policygate.facts.model import FileFacts
from policygate.facts.secrecy import without_credentials

URL = "https://ci:hunter2@a.example"
BLANKED = "https://ci:*******@a.example"


def test_names_and_commands_hold_no_password() -> None:
    text = f"'{URL}':\n  rules: [{{if: '$X == \"{URL}\"'}}]\n  variables: {{GOFLAGS: -v}}\n  script: go {URL}\n"

    (place,) = run_reader("gitlab_ci", ".gitlab-ci.yml", text.encode()).places

    assert (place.id, place.name, place.commands[0].verb) == (f".gitlab-ci.yml#{BLANKED}", BLANKED, BLANKED)
    assert "hunter2" not in place.model_dump_json()


def test_keys_of_sums_are_blanked_alike() -> None:
    (found,) = run_reader("go_sum", "go.sum", f"{URL} v1.0.0 h1:x=\n".encode()).sums

    assert list(found.hashes) == list(found.spans) == [f"{BLANKED} v1.0.0"]


def test_facts_without_credentials_stay_the_same() -> None:
    facts = run_reader("go_sum", "go.sum", b"a.example/x v1.0.0 h1:x=\n")

    assert without_credentials(facts) is facts
    assert without_credentials(FileFacts()) == FileFacts()
