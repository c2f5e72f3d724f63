"""The program that a command line runs in the end, and the command line of go."""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from policygate.facts.syntax.shell.values import Value, default_of

_OPTIONS: dict[str, frozenset[str]] = {
    "builtin": frozenset(),
    "chronic": frozenset(),
    "command": frozenset(),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "--unset", "-C", "--chdir"}),
    "exec": frozenset({"-a"}),
    "ionice": frozenset({"-c", "-n", "--class", "--classdata"}),
    "nice": frozenset({"-n", "--adjustment"}),
    "nohup": frozenset(),
    "setsid": frozenset(),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "--user", "--group", "--chdir"}),
    "time": frozenset({"-f", "-o", "--format", "--output"}),
    "timeout": frozenset({"-k", "-s", "--kill-after", "--signal"}),
}
"""Programs that run the rest of their line, and their options that take the next word."""

_GO = re.compile(r"go(?:\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?|tip)?(?:\.exe)?")
_GO_VARIABLE = re.compile(r"\$(?:GO|GOCMD|GO_CMD|\{(?:GO|GOCMD|GO_CMD)\}|\((?:GO|GOCMD|GO_CMD)\))")
_GO_FOUND = re.compile(r"\$\((?:which|command -v|type -p) go\)|`(?:which|command -v|type -p) go`")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_SHELL = re.compile(r"(?:ba|da|a|k|z)?sh")


@dataclass
class Invocation:
    """A program, what the words before it set for it, and the words after it."""

    program: str = ""
    arguments: list[Value] = field(default_factory=list)
    assigned: list[tuple[str, Value, Value]] = field(default_factory=list)
    """Name, value, and the whole word of each `NAME=value`, in order."""
    unset: list[Value] = field(default_factory=list)
    cleared: list[Value] = field(default_factory=list)
    """The option that empties the environment, if there is one."""
    directories: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class GoLine:
    """The command line of go, taken apart."""

    verb: str
    directories: list[Value]
    """What `-C` says, if it is there."""
    written: list[tuple[str, Value, Value]]
    """Name, value and word of each `NAME=value` that `go env -w` writes."""
    withdrawn: frozenset[str]
    """The names that `go env -u` takes away again."""


def invoke(words: Sequence[Value]) -> Invocation:
    """The program that the words run, seen through `env`, `sudo`, `time` and their like; none is the empty name."""
    found = Invocation()
    rest = deque(words)
    while rest:
        name = _base(rest.popleft().text)
        if name not in _OPTIONS:
            found.program = name
            found.arguments = list(rest)
            break
        _skip_wrapper(name, rest, found)
    return found


def is_go(program: str) -> bool:
    """Whether a program is the go command."""
    return any(pattern.fullmatch(program) for pattern in (_GO, _GO_VARIABLE, _GO_FOUND))


def is_shell(program: str) -> bool:
    """Whether a program is a shell."""
    return _SHELL.fullmatch(program) is not None


def shell_script(arguments: Sequence[Value]) -> Value | None:
    """The script in the arguments of `sh -c SCRIPT`; None when the shell is not given one."""
    command = False
    takes_next = False
    for argument in arguments:
        text = argument.text
        if takes_next:
            takes_next = False
        elif text.startswith(("-", "+")) and len(text) > 1:
            flags = "" if text.startswith("--") else text[1:]
            command = command or ("c" in flags and text[0] == "-")
            takes_next = flags.endswith(("o", "O")) or text in ("--rcfile", "--init-file")
        else:
            return argument if command else None
    return None


def reads_input(arguments: Sequence[Value]) -> bool:
    """Whether a shell with these arguments takes its script from its input."""
    texts = [argument.text for argument in arguments]
    return all(text.startswith(("-", "+")) for text in texts) and "-c" not in texts


def read_go(arguments: Sequence[Value]) -> GoLine:
    """The verb and what matters of the rest of a go command line."""
    verb: list[str] = []
    directories: list[Value] = []
    takes_next = False
    for argument in arguments:
        text = argument.text
        if takes_next:
            directories.append(argument)
            takes_next = False
        elif re.match(r"--?C=", text) and not directories:
            directories.append(argument.after(text.index("=") + 1))
        elif text in ("-C", "--C") and not directories:
            takes_next = True
        elif not text.startswith("-"):
            if not verb or (len(verb) == 1 and verb[0] in ("mod", "work")):
                verb.append(text)
            else:
                break
    return GoLine(" ".join(verb), directories, _written(verb, arguments), _withdrawn(verb, arguments))


def split_assignment(word: Value) -> tuple[str, Value, Value] | None:
    """Name, value and the whole of a word `NAME=value`; None for another word."""
    match = _ASSIGNMENT.match(word.text)
    return (match.group(1), word.after(match.end()), word) if match else None


def _written(verb: list[str], arguments: Sequence[Value]) -> list[tuple[str, Value, Value]]:
    if verb != ["env"] or not any(argument.text in ("-w", "--w", "-w=true") for argument in arguments):
        return []
    return [found for argument in arguments if (found := split_assignment(argument))]


def _withdrawn(verb: list[str], arguments: Sequence[Value]) -> frozenset[str]:
    texts = [argument.text for argument in arguments]
    withdraws = verb[:1] == ["env"] and any(text in ("-u", "--u", "-u=true") for text in texts)
    return frozenset(text for text in texts[1:] if not text.startswith("-")) if withdraws else frozenset()


def _base(text: str) -> str:
    """The name of a program, or its text when that is no path of an installed program."""
    text = default_of(text) or text
    folder, slash, name = text.rpartition("/")
    return name if slash and folder.endswith("bin") and not _GO_FOUND.fullmatch(text) else text


def _skip_wrapper(name: str, rest: deque[Value], found: Invocation) -> None:
    """Take a wrapper's own words away; what they set is added to `found`."""
    while rest:
        text = rest[0].text
        if name in ("env", "sudo", "doas") and (assigned := split_assignment(rest[0])):
            found.assigned.append(assigned)
            rest.popleft()
        elif text.startswith("-"):
            _skip_option(name, rest, found)
        else:
            break
    if name == "timeout" and rest:
        rest.popleft()


def _skip_option(name: str, rest: deque[Value], found: Invocation) -> None:
    word = rest.popleft()
    option, equals, _ = word.text.partition("=")
    values = []
    if equals:
        values = [word.after(len(option) + 1)]
    elif option in _OPTIONS[name] and rest:
        values = [rest.popleft()]
    match name, option:
        case "command", "-v" | "-V":
            rest.clear()
        case "env", "-u" | "--unset":
            found.unset += values
        case "env", "-" | "-i" | "--ignore-environment":
            found.cleared.append(word)
        case ("env", "-C" | "--chdir") | ("sudo", "-D" | "--chdir"):
            found.directories += values
        case _:
            pass
