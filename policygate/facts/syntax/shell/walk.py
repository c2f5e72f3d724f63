"""A shell script followed from its first command to its last, without running it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import assert_never

from policygate.facts.go.variables import VARIABLES
from policygate.facts.model import Assignment, GoCommand, Lost, Problem
from policygate.facts.syntax.shell.directories import resolve_directory
from policygate.facts.syntax.shell.environment import Ending, Environment
from policygate.facts.syntax.shell.grammar import Parser
from policygate.facts.syntax.shell.nodes import (
    Branch,
    Chain,
    Choice,
    Function,
    Group,
    Loop,
    Node,
    Part,
    Pipeline,
    Redirect,
    Simple,
    Statement,
    Substitution,
    Word,
)
from policygate.facts.syntax.shell.programs import (
    Invocation,
    invoke,
    is_go,
    is_shell,
    read_go,
    reads_input,
    shell_script,
)
from policygate.facts.syntax.shell.values import Piece, Value, resolve, split
from policygate.facts.syntax.shell.words import TooDeepError
from policygate.facts.syntax.snippet import Snippet
from policygate.redact import has_credentials, redact
