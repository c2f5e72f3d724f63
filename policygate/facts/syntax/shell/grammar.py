"""The grammar of the shell, read tolerantly (POSIX.1-2024, Shell Command Language, 2.10; bash's additions)."""

import re
from collections.abc import Iterator
from typing import ClassVar

from policygate.facts.syntax.shell.nodes import (
    Assign,
    Branch,
    Chain,
    Choice,
    Function,
    Group,
    Literal,
    Loop,
    Node,
    Pipeline,
    Redirect,
    Simple,
    Statement,
    Word,
)
from policygate.facts.syntax.shell.words import Words

_END = r"(?=[ \t\n|&;()<>]|$)"
_RESERVED = re.compile(r"(?:then|elif|else|fi|do|done|esac|[})]|;;&|;;|;&)")
_CLOSER = re.compile(rf"(?:(?:then|elif|else|fi|do|done|esac|\}}){_END}|\)|;;&|;;|;&)")
_OPENER = re.compile(rf"(?:if|case|for|select|while|until|function|\[\[|\{{){_END}|\(")
_NEGATION = re.compile(rf"!{_END}")
_TIME = re.compile(rf"time(?=[ \t\n]+[^- \t\n])(?:[ \t]+-p{_END})?|time[ \t]+-p{_END}")
_REDIRECT = re.compile(r"(?:\d+|\{[A-Za-z_]\w*\})?(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|&>>|&>")
_ASSIGN = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[[^\]\s]*\])?(\+?)=")
_NO_ARGUMENTS = re.compile(r"\([ \t]*\)")
_ARITHMETIC_FOR = re.compile(r"[ \t]*\(\(")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Parser(Words):
    """A cursor over a script that reads commands; what it does not understand it passes over."""

    closers: ClassVar[dict[str, tuple[str, ...]]] = {
        "parenthesis": (")",),
        "brace": ("}",),
        "if": ("then",),
        "then": ("elif", "else", "fi"),
        "while": ("do",),
        "do": ("done",),
        "case": (";;", ";&", ";;&", "esac"),
    }

    def __init__(self, text: str, start: int, end: int, depth: int = 0) -> None:
        super().__init__(text, start, end, depth)
        self.awaited: list[tuple[str, ...]] = []

    def lines(self) -> Iterator[tuple[Statement, ...]]:
        """The statements of each line, or of the lines that belong together, in order."""
        statements: list[Statement] = []
        while self._to_statement():
            statements.append(self._statement())
            self.skip_blanks()
            if self.peek() == "\n":
                self.skip_newline()
                yield tuple(statements)
                statements = []
        yield tuple(statements)

    def inside(self, start: int, end: int) -> "Parser":
        """A cursor over a part of the text, one level deeper."""
        return Parser(self.text, start, end, self.depth + 1)

    def until_parenthesis(self) -> tuple[Statement, ...]:
        """The commands up to a `)`."""
        return self._statements("parenthesis")

    def all_statements(self) -> tuple[Statement, ...]:
        """The commands up to the end."""
        return tuple(statement for line in self.lines() for statement in line)

    def _statements(self, ending: str) -> tuple[Statement, ...]:
        self.awaited.append(self.closers[ending])
        statements = []
        with self.deeper():
            while self._to_statement():
                statements.append(self._statement())
        self.awaited.pop()
        return tuple(statements)

    def _to_statement(self) -> bool:
        """Move to the next command; false at the end or where an open construct closes."""
        while self.pos < self.end:
            self.skip_blanks()
            if self.peek() == "\n":
                self.skip_newline()
            elif closer := _CLOSER.match(self.text, self.pos, self.end):
                if any(closer.group() in awaited for awaited in self.awaited):
                    return False
                self.pos = closer.end()
            elif self.peek() in tuple(";&|"):
                self.pos += 1
            else:
                return self.pos < self.end
        return False

    def _statement(self) -> Statement:
        start = self.pos
        node = self._chain()
        self.pos = max(self.pos, start + 1) if self.pos == start else self.pos
        self.skip_blanks()
        background = self.peek() == "&" and self.peek(2) not in ("&&", "&>")
        if background or (self.peek() == ";" and self.peek(2) not in (";;", ";&")):
            self.pos += 1
        return Statement(node, background)

    def _chain(self) -> Node:
        first = self._pipeline()
        rest = []
        self.skip_blanks()
        while (operator := self.peek(2)) in ("&&", "||"):
            self.pos += 2
            self._skip_lines()
            rest.append((operator, self._pipeline()))
            self.skip_blanks()
        return Chain(first.start, rest[-1][1].end, first, tuple(rest)) if rest else first

    def _pipeline(self) -> Node:
        start = self.pos
        negated = False
        while prefix := _NEGATION.match(self.text, self.pos, self.end) or _TIME.match(self.text, self.pos, self.end):
            negated = negated or prefix.group() == "!"
            self.pos = prefix.end()
            self.skip_blanks()
        parts = [self._command()]
        bars = []
        self.skip_blanks()
        while self.peek() == "|" and self.peek(2) != "||":
            bars.append(self.pos)
            self.pos += 2 if self.peek(2) == "|&" else 1
            self._skip_lines()
            parts.append(self._command())
            self.skip_blanks()
        if len(parts) == 1 and not negated:
            return parts[0]
        return Pipeline(start, parts[-1].end, tuple(parts), tuple(bars), negated)

    def _skip_lines(self) -> None:
        self.skip_blanks()
        while self.peek() == "\n":
            self.skip_newline()
            self.skip_blanks()

    def _command(self) -> Node:
        opener = _OPENER.match(self.text, self.pos, self.end)
        if opener is None:
            return self._simple()
        start = self.pos
        keyword = opener.group()
        with self.deeper():
            if keyword in ("(", "{"):
                return self._group(start, keyword)
            self.pos = opener.end()
            if keyword == "[[":
                return self._test(start)
            if keyword == "if":
                return self._if(start)
            if keyword == "case":
                return self._case(start)
            if keyword == "function":
                return self._function(start)
            return self._loop(start, keyword)

    def _group(self, start: int, keyword: str) -> Node:
        if self.peek(2) == "((":
            end = self.balanced(start)
            if end > 0 and self.text[end - 2 : end] == "))" and self.balanced(start + 1) == end - 1:
                self.pos = end
                words = (Word(start, end, self.inside(start + 2, end - 2).quoted_parts()),)
                return Loop(start, end, Branch((start, end), (), ()), "", words, self._redirects())
        self.pos += 1
        body = self._statements("parenthesis" if keyword == "(" else "brace")
        self.pos = min(self.pos + 1, self.end)
        end = self.pos
        return Group(start, end, body, keyword == "(", self._redirects())

    def _test(self, start: int) -> Node:
        words = []
        while self.pos < self.end:
            self._skip_lines()
            if self.peek(2) == "]]":
                self.pos += 2
                break
            if word := self.word().parts:
                words.append(Word(start, self.pos, word))
            else:
                self.pos += 1
        return Loop(start, self.pos, Branch((start, self.pos), (), ()), "", tuple(words), self._redirects())

    def _if(self, start: int) -> Choice:
        branches = []
        guard, keyword = start, "if"
        while keyword in ("if", "elif"):
            condition = self._statements("if")
            guard_end = condition[-1].node.end if condition else self.pos
            self._close("then")
            body = self._statements("then")
            branches.append(Branch((guard, guard_end), condition, body))
            guard = self.pos
            keyword = self._close("elif", "else", "fi")
        if keyword == "else":
            branches.append(Branch(branches[0].guard, (), self._statements("then")))
            self._close("fi")
        return Choice(start, self.pos, tuple(branches), keyword == "else", (), self._redirects())

    def _close(self, *keywords: str) -> str:
        closer = _CLOSER.match(self.text, self.pos, self.end)
        if closer is None or closer.group() not in keywords:
            return ""
        self.pos = closer.end()
        return closer.group()

    def _case(self, start: int) -> Choice:
        self.skip_blanks()
        subject = self.word()
        self._skip_lines()
        if self.peek(2) == "in":
            self.pos += 2
        branches = []
        self._skip_lines()
        while self.pos < self.end and not self._close("esac"):
            branches.append(self._case_item())
            self._close(";;", ";&", ";;&")
            self._skip_lines()
        everything = any(self.text[slice(*branch.guard)].strip() == "*" for branch in branches)
        return Choice(start, self.pos, tuple(branches), everything, (subject,), self._redirects())

    def _case_item(self) -> Branch:
        if self.peek() == "(":
            self.pos += 1
        start = self.pos
        while self.pos < self.end and self.peek() not in (")", "\n"):
            if not self.word().parts:
                self.pos += 1
        guard = (start, self.pos)
        self.pos = min(self.pos + 1, self.end)
        return Branch(guard, (), self._statements("case"))

    def _loop(self, start: int, keyword: str) -> Loop:
        condition: tuple[Statement, ...] = ()
        variable, words = "", list[Word]()
        if keyword in ("while", "until"):
            condition = self._statements("while")
            guard_end = condition[-1].node.end if condition else self.pos
        else:
            variable, words = self._for()
            guard_end = self.pos
            self.skip_blanks()
            if self.peek() == ";":
                self.pos += 1
            self._skip_lines()
        self._close("do")
        body = self._statements("do")
        self._close("done")
        branch = Branch((start, guard_end), condition, body)
        return Loop(start, self.pos, branch, variable, tuple(words), self._redirects())

    def _for(self) -> tuple[str, list[Word]]:
        if header := _ARITHMETIC_FOR.match(self.text, self.pos, self.end):
            end = self.balanced(header.end() - 2)
            self.pos = end if end > 0 else self.end
            return "", []
        self.skip_blanks()
        name = _VARIABLE.match(self.text, self.pos, self.end)
        self.pos = name.end() if name else self.pos
        self._skip_lines()
        words: list[Word] = []
        if self.peek(2) == "in":
            self.pos += 2
            self.skip_blanks()
            while (word := self.word()).parts:
                words.append(word)
                self.skip_blanks()
        return name.group() if name else "", words

    def _function(self, start: int) -> Function:
        self.skip_blanks()
        name = self.word()
        self.skip_blanks()
        if empty := _NO_ARGUMENTS.match(self.text, self.pos, self.end):
            self.pos = empty.end()
        return self._function_body(start, name)

    def _function_body(self, start: int, name: Word) -> Function:
        self._skip_lines()
        with self.deeper():
            body = self._command()
        return Function(start, body.end, self.text[name.start : name.end], body)

    def _simple(self) -> Node:
        start = end = self.pos
        assigns: list[Assign] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while self.pos < self.end:
            self.skip_blanks()
            if redirect := self._redirect():
                redirects.append(redirect)
                continue
            assign = _ASSIGN.match(self.text, self.pos, self.end) if not words else None
            if assign:
                assigns.append(self._assign(assign))
            elif (word := self.word()).end > word.start:
                words.append(word)
            else:
                break
            end = self.pos
            if len(words) == 1 and not assigns and not redirects:
                self.skip_blanks()
                if empty := _NO_ARGUMENTS.match(self.text, self.pos, self.end):
                    self.pos = empty.end()
                    return self._function_body(start, words[0])
        return Simple(start, end, tuple(assigns), tuple(words), tuple(redirects))

    def _assign(self, match: re.Match[str]) -> Assign:
        whole = self.word()
        return Assign(match.group(1), bool(match.group(2)), match.start(), _after(whole, match.end()))

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects = []
        self.skip_blanks()
        while redirect := self._redirect():
            redirects.append(redirect)
            self.skip_blanks()
        return tuple(redirects)

    def _redirect(self) -> Redirect | None:
        match = _REDIRECT.match(self.text, self.pos, self.end)
        if match is None:
            return None
        self.pos = match.end()
        self.skip_blanks()
        redirect = Redirect(match.group().lstrip("0123456789"), self.word())
        if redirect.operator in ("<<", "<<-"):
            self.expect_here(redirect)
        return redirect


def _after(word: Word, offset: int) -> Word:
    """The part of a word from an offset inside its first part."""
    first, rest = word.parts[0], word.parts[1:]
    if isinstance(first, Literal) and first.end > offset:
        head = (Literal(first.text[offset - first.start :], offset, first.end, first.quoted),)
        return Word(offset, word.end, (*head, *rest))
    return Word(offset, word.end, rest)
