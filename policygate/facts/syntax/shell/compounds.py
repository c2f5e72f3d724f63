"""Compound commands of the shell and redirections (POSIX.1-2024, Shell Command Language, 2.7 and 2.9.4)."""

import re
from abc import abstractmethod

from policygate.facts.syntax.shell.nodes import Branch, Choice, Function, Group, Loop, Node, Redirect, Statement, Word
from policygate.facts.syntax.shell.words import Words

END = r"(?=[ \t\n|&;()<>]|$)"
CLOSER = re.compile(rf"(?:(?:then|elif|else|fi|do|done|esac|\}}){END}|\)|;;&|;;|;&)")
_OPENER = re.compile(rf"(?:if|case|for|select|while|until|function|\[\[|\{{){END}|\(")
_REDIRECT = re.compile(r"(?:\d+|\{[A-Za-z_]\w*\})?(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\())|&>>|&>")
_NO_ARGUMENTS = re.compile(r"\([ \t]*\)")
_ARITHMETIC_FOR = re.compile(r"[ \t]*\(\(")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Compounds(Words):
    """A cursor over a script that reads compound commands."""

    @abstractmethod
    def statements(self, *closers: str) -> tuple[Statement, ...]:
        """The commands up to one of the closers, which stays."""

    @abstractmethod
    def command(self) -> Node:
        """The command at the cursor."""

    def compound(self) -> Node | None:
        """The compound command at the cursor; None when there is a simple one."""
        opener = _OPENER.match(self.text, self.pos, self.end)
        if opener is None:
            return None
        start = self.pos
        self.pos = opener.end()
        with self.deeper():
            match opener.group():
                case "(":
                    node: Node = self._arithmetic(start) or self._group(start, ")")
                case "{":
                    node = self._group(start, "}")
                case "[[":
                    node = self._test(start)
                case "if":
                    node = self._if(start)
                case "case":
                    node = self._case(start)
                case "function":
                    self.skip_blanks()
                    node = self.function(start, self.word())
                case keyword:
                    node = self._loop(start, keyword)
        return node

    def function(self, start: int, name: Word) -> Function:
        """The rest of a function definition, after its name."""
        self.skip_blanks()
        self.pass_no_arguments()
        self.skip_lines()
        with self.deeper():
            body = self.command()
        return Function(start, body.end, self.text[name.start : name.end], body)

    def pass_no_arguments(self) -> bool:
        """Pass `()`; false when it is not there."""
        empty = _NO_ARGUMENTS.match(self.text, self.pos, self.end)
        self.pos = empty.end() if empty else self.pos
        return empty is not None

    def redirect(self) -> Redirect | None:
        """The redirection at the cursor; None when there is none."""
        match = _REDIRECT.match(self.text, self.pos, self.end)
        if match is None:
            return None
        self.pos = match.end()
        self.skip_blanks()
        redirect = Redirect(match.group().lstrip("0123456789"), self.word())
        if redirect.operator in ("<<", "<<-"):
            self.expect_here(redirect)
        return redirect

    def skip_lines(self) -> None:
        """Pass blanks, comments and line ends."""
        self.skip_blanks()
        while self.peek() == "\n":
            self.skip_newline()
            self.skip_blanks()

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects = []
        self.skip_blanks()
        while redirect := self.redirect():
            redirects.append(redirect)
            self.skip_blanks()
        return tuple(redirects)

    def _close(self, *keywords: str) -> str:
        """Pass one of the closers, if it is there."""
        closer = CLOSER.match(self.text, self.pos, self.end)
        if closer is None or closer.group() not in keywords:
            return ""
        self.pos = closer.end()
        return closer.group()

    def _group(self, start: int, closer: str) -> Group:
        body = self.statements(closer)
        self._close(closer)
        end = self.pos
        return Group(start, end, body, closer == ")", self._redirects())

    def _arithmetic(self, start: int) -> Loop | None:
        end = self.arithmetic_end(start)
        if end < 0:
            return None
        self.pos = end
        words = (Word(start, end, self.inside(start + 2, end - 2).quoted_parts()),)
        return Loop(start, end, Branch((start, end), (), ()), "", words, self._redirects())

    def _test(self, start: int) -> Loop:
        words = []
        while self.pos < self.end:
            self.skip_lines()
            if self.peek(2) == "]]":
                self.pos += 2
                break
            if parts := self.word().parts:
                words.append(Word(start, self.pos, parts))
            else:
                self.pos += 1
        return Loop(start, self.pos, Branch((start, self.pos), (), ()), "", tuple(words), self._redirects())

    def _if(self, start: int) -> Choice:
        branches = []
        guard, keyword = start, "if"
        while keyword in ("if", "elif"):
            condition = self.statements("then")
            guard_end = condition[-1].node.end if condition else self.pos
            self._close("then")
            branches.append(Branch((guard, guard_end), condition, self.statements("elif", "else", "fi")))
            guard = self.pos
            keyword = self._close("elif", "else", "fi")
        if keyword == "else":
            branches.append(Branch(branches[0].guard, (), self.statements("fi")))
            self._close("fi")
        return Choice(start, self.pos, tuple(branches), keyword == "else", (), self._redirects())

    def _case(self, start: int) -> Choice:
        self.skip_blanks()
        subject = self.word()
        self.skip_lines()
        if self.peek(2) == "in":
            self.pos += 2
        branches = []
        self.skip_lines()
        while self.pos < self.end and not self._close("esac"):
            branches.append(self._case_item())
            self._close(";;", ";&", ";;&")
            self.skip_lines()
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
        return Branch(guard, (), self.statements(";;", ";&", ";;&", "esac"))

    def _loop(self, start: int, keyword: str) -> Loop:
        condition: tuple[Statement, ...] = ()
        variable, words = "", list[Word]()
        if keyword in ("while", "until"):
            condition = self.statements("do")
            guard_end = condition[-1].node.end if condition else self.pos
        else:
            variable, words = self._for()
            guard_end = self.pos
            self.skip_blanks()
            if self.peek() == ";":
                self.pos += 1
            self.skip_lines()
        self._close("do")
        body = self.statements("done")
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
        self.skip_lines()
        words: list[Word] = []
        if self.peek(2) == "in":
            self.pos += 2
            self.skip_blanks()
            while (word := self.word()).parts:
                words.append(word)
                self.skip_blanks()
        return name.group() if name else "", words
