"""Check policies without evaluating them: unknown fields, names and functions, refused built-ins, recursion."""

from policygate.engine.portable import PORTABLE, REFUSED
from policygate.engine.scopes import Walk
from policygate.engine.shapes import NUMBER, TEXT, TRUTH, Many, Plain, Record, UnknownField, items, join, step
from policygate.engine.syntax import Unit, chain, constant_path, kind_of, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from policygate.engine.scopes import Binding, Definition, Scope
    from policygate.engine.shapes import Shape
    from policygate.engine.syntax import Node, Path, Segment

    Fault = tuple[str, int, int, str]
    """File, 1-based line and column, message."""
...
