"""A policy-as-code gate for dependency and network rules of Go repositories."""

__version__ = "0.1.0"
