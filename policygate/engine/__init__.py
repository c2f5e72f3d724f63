"""Ask Rego for a decision."""

__all__ = ["Engine", "EngineChoice", "OpaServer", "open_engine"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from policygate.engine.opening import Engine, EngineChoice, OpaServer, open_engine

else:

    def __getattr__(name: str) -> object:
        """Import what is asked for only then: the worker process comes through this package and needs none of it."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from policygate.engine import opening  # noqa: PLC0415

        return getattr(opening, name)
