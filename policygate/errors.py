"""Everything that policygate raises on purpose.

PolicygateError              message, hint, and where it is known a place; exit code 3
├── UsageError               the command line or `policygate.yaml` is wrong; exit code 2
├── CheckoutError            the files cannot be listed or read, or there is nothing to check
├── ArchiveError             a module's archive or folder is broken, or larger than go allows
├── SourceError              a reader or a linker broke on a file that it should have understood
├── PolicyError              a policy cannot be loaded, is refused, or answers nonsense
├── EngineError              the engine is missing, unreachable, slow, or serves other policies
└── LiveError                a server that we read from or write to cannot be reached, or refuses

A malformed file of the checkout is none of these: it is a finding of the rule `gate.malformed_file`.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from policygate.location import At


class PolicygateError(Exception):
    """No decision was possible. `message` is lower case without a full stop; `hint` says what to do."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, hint: str = "", at: "At | None" = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.at = at


class UsageError(PolicygateError):
    """The command line or the configuration is wrong."""

    exit_code = 2


class CheckoutError(PolicygateError):
    """The checkout cannot be listed or read, or holds nothing to check."""


class ArchiveError(PolicygateError):
    """The archive or the folder of a module cannot be hashed."""


class SourceError(PolicygateError):
    """A reader or linker failed on input that it should have understood or refused."""


class PolicyError(PolicygateError):
    """A policy cannot be loaded, is refused, or returned something that is not a finding."""


class EngineError(PolicygateError):
    """The policy engine could not give a decision."""


class LiveError(PolicygateError):
    """A server other than the engine cannot be reached, or refuses."""
