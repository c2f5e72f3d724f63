"""The contracts of `policygate.yaml`: an order of layers, pairs that must not talk, groups that are independent."""

from collections.abc import Iterator, Mapping

from policygate.facts.model_network import Broken
from policygate.facts.net.stated import Contract, Stated

Roles = Mapping[str, str]
"""What a service is: its name under `service`, its `layer`, its `zone`; empty when not known."""


class Contracts:
    """All contracts together."""

    def __init__(self, stated: Stated) -> None:
        self._stated = stated
        self._order = {layer: index for index, layer in enumerate(stated.layers)}

    def broken(self, source: Roles, target: Roles) -> Iterator[Broken]:
        """The contracts that one service breaks by talking to another."""
        above, below = self._order.get(target["layer"]), self._order.get(source["layer"])
        if above is not None and below is not None and above < below:
            order = ", ".join(f"`{layer}`" for layer in self._stated.layers)
            message = f"a layer talks to itself and to those after it: {order}"
            yield Broken(kind="order", message=message, at=self._stated.layers_at)
        for contract in self._stated.contracts:
            one = _meant(contract.sources, source)
            other = _meant(contract.targets, target)
            if one and other and (contract.kind == "forbidden" or one != other):
                yield Broken(kind=contract.kind, message=_message(contract, one, other), at=contract.at)


def _meant(names: tuple[str, ...], roles: Roles) -> str:
    """The name by which a contract means a service; empty when it does not."""
    called = {roles["service"], *(f"{role}:{roles[role]}" for role in ("layer", "zone") if roles[role])}
    return next((name for name in names if name in called), "")


def _message(contract: Contract, source: str, target: str) -> str:
    if contract.kind == "independent":
        return f"`{source}` and `{target}` are independent"
    return f"`{source}` must not talk to `{target}`" + (f": {contract.reason}" if contract.reason else "")
