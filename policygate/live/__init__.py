"""Speak to servers other than the policy engine: the only room besides it that uses the network."""
