"""The script of a RUN instruction (https://docs.docker.com/reference/dockerfile/#run)."""

import shlex

from policygate.facts.syntax.dockerfile import Instruction, heredoc_of
from policygate.facts.syntax.shell_session import is_posix_shell, join
from policygate.facts.syntax.snippet import Snippet


def exec_form(arguments: Snippet, words: list[tuple[str, int]]) -> Snippet:
    """The command as a shell would have it, since nothing in it is for the shell."""
    anchors = []
    pieces = []
    length = 0
    for word, offset in words:
        quoted = shlex.quote(word)
        start = arguments.at(offset - quoted.startswith("'"), offset).start
        anchors.append((length, arguments.file.offset(start.line, start.column)))
        pieces.append(quoted)
        length += len(quoted) + 1
    return Snippet(" ".join(pieces), arguments.file, tuple(anchors) or ((0, 0),))


def shell_form(instruction: Instruction, readable: bool) -> Snippet | None:
    """The script of a RUN; None when another program than a POSIX shell reads it."""
    arguments = instruction.arguments
    if not instruction.heredocs:
        return arguments if readable else None
    if heredoc_of(arguments.source):
        content = instruction.heredocs[0].content
        first, _, _ = content.source.partition("\n")
        if first.startswith("#!"):
            programs = first[2:].split()
            program = programs[1] if len(programs) > 1 and programs[0].endswith("/env") else "".join(programs[:1])
            readable = is_posix_shell(program)
        return content if readable else None
    parts = [arguments]
    for heredoc in instruction.heredocs:
        length = len(heredoc.content.source)
        end = heredoc.content.part(length, length)
        parts += [heredoc.content, Snippet(heredoc.name, end.file, end.anchors)]
    return join(parts) if readable else None
