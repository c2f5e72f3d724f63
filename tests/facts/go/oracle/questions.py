"""Downloads to predict, from settings as the environment has them."""

from collections.abc import Sequence

from policygate.facts.go.download import Download
from policygate.facts.go.pattern import parse_patterns
from policygate.facts.go.proxy_list import parse_proxy_list
from policygate.facts.go.settings import Typing
from policygate.facts.model import Assignment, Own, SumdbSetting
from policygate.location import At, nowhere
from tests.facts.go.oracle.servers import MODULE, VERSION

HERE = nowhere("text")
_OWN = Own(modules=[], private=[], public=[], proxies=[], sumdbs=[], stated=True)


def parse_sumdb_setting(value: str, at: At) -> SumdbSetting:
    """GOSUMDB as a setting."""
    setting = Typing(_OWN).type(Assignment(name="GOSUMDB", value=value, at=at, scope="test"), "effective")
    assert isinstance(setting, SumdbSetting)
    return setting


def request(
    goproxy: str,
    *,
    module: str = MODULE,
    version: str = VERSION,
    gonoproxy: str = "",
    gosumdb: str = "off",
    gonosumdb: str = "",
    summed: Sequence[str] = (),
) -> Download:
    """A download under settings as the environment has them."""
    return Download(
        module=module,
        version=version,
        chain=parse_proxy_list(goproxy, HERE, lambda _: "outside"),
        no_proxy=parse_patterns(gonoproxy, HERE),
        sumdb=parse_sumdb_setting(gosumdb, HERE),
        no_sumdb=parse_patterns(gonosumdb, HERE),
        mod_summed="mod" in summed,
        zip_summed="zip" in summed,
    )
