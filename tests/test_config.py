import pytest

from policygate.config import parse_config
from policygate.errors import UsageError
from policygate.findings import Parameter, Rule
from policygate.yaml_places import MAX_BYTES

WHOLE = """\
version: 1
own:
  modules: [git.acme.example, github.com/acme]
  public: [github.com/acme/sdk]
  proxies: [goproxy.acme.example]
outer:
  gitlab: {GOPRIVATE: git.acme.example}
  github: {}
exclude: ["old/*"]
policies: [policies]
fail_on: warning
rules:
  goproxy.plain_http: {severity: off}
  goproxy.comma_failover: {severity: error}
  gomod.replace_local: {parameters: {allow_inside: false}}
"""

RULES = [
    Rule("goproxy.plain_http", "", "", "warning", ""),
    Rule("goproxy.comma_failover", "", "", "warning", ""),
    Rule(
        "gomod.replace_local",
        "",
        "",
        "error",
        "",
        parameters=(Parameter("allow_inside", default=True, description=""),),
    ),
]


def test_a_whole_file() -> None:
    file = parse_config("policygate.yaml", WHOLE.replace("off}", "'off'}").encode())
    assert file.config.own is not None
    assert file.config.own.modules == ["git.acme.example", "github.com/acme"]
    assert file.config.severities() == {"goproxy.comma_failover": "error"}
    assert file.config.disabled() == {"goproxy.plain_http"}
    assert file.config.parameters(RULES) == {"gomod.replace_local": {"allow_inside": False}}
    file.check_rules(RULES)
    private = file.outer()["gitlab"]["GOPRIVATE"]
    assert (private.value, private.at.origin, private.at.start.line, private.at.start.column) == (
        "git.acme.example",
        "outer",
        7,
        23,
    )
    assert file.outer()["github"] == {}


def test_an_empty_file_is_all_defaults() -> None:
    config = parse_config("policygate.yaml", b"# nothing\n").config
    assert (config.own, config.outer, config.fail_on, config.rules) == (None, {}, "error", {})


def test_off_needs_no_quotes() -> None:
    """YAML 1.1 makes a boolean of it, and everybody writes it so."""
    assert parse_config("policygate.yaml", WHOLE.encode()).config.disabled() == {"goproxy.plain_http"}


@pytest.mark.parametrize(
    ("text", "message", "hint", "line", "column"),
    [
        ("vershion: 1", "unknown key `vershion`", "did you mean `version`?", 1, 1),
        ("own: {module: [a]}", "unknown key `own.module`", "did you mean `modules`?", 1, 7),
        ("own:\n  zzz: 1", "unknown key `own.zzz`", "known keys: modules, public, proxies, sumdbs", 2, 3),
        ("outer: {gitlab: {GOPROXI: x}}", "`outer.gitlab.GOPROXI`: is no variable that the gate reads", "", 1, 18),
        ("outer: {git: {}}", "`outer.git`: input should be 'gitlab'", "", 1, 9),
        ("fail_on: erorr", "`fail_on`: input should be 'error', 'warning' or 'note'", "", 1, 10),
        ("rules: {x: {severity: of}}", "`rules.x.severity`: input should be 'error'", "", 1, 23),
        ("own:\n  modules:\n  - 'a b'", "`own.modules.0`: is no module path prefix", "", 3, 5),
        ("own:\n  modules: ['*.acme.example']", "`own.modules.0`: is no module path prefix", "", 2, 13),
        ("outer: {gitlab: {GOSUMDB: off}}", "`outer.gitlab.GOSUMDB`: input should be a valid string", "quote", 1, 27),
        ("- 1", "policygate.yaml must be a mapping", "", 1, 1),
        ("own: [", "policygate.yaml: is not YAML: did not find expected node content", "", 2, 1),
        ("a: &x [1]", "policygate.yaml: anchors and aliases are not allowed", "write the values out", 1, 4),
        ("rules: " + "[" * 900, "policygate.yaml: is nested too deeply", "", 1, 23),
        ("a: \x00", "policygate.yaml: is not YAML", "", 1, 1),
        ("version: 2", "`version`: input should be 1", "", 1, 10),
        ("fail_on: note\nfail_on: error", "policygate.yaml: the key `fail_on` is there twice", "keep one", 2, 1),
        ("waivers: {warn_day: 1}", "unknown key `waivers.warn_day`", "did you mean `warn_days`?", 1, 11),
        ("waivers: {horizon_days: {eror: 1}}", "unknown key `waivers.horizon_days.eror`", "`error`?", 1, 26),
        ("waivers: {horizon_days: {error: 0}}", "`waivers.horizon_days.error`: input should be greater", "", 1, 33),
    ],
)
def test_mistakes_name_their_place(text: str, message: str, hint: str, line: int, column: int) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config("policygate.yaml", text.encode())
    error = caught.value
    assert error.message.startswith(message)
    assert hint in error.hint
    assert error.at is not None
    assert (error.at.start.line, error.at.start.column) == (line, column)


def test_how_long_waivers_may_last() -> None:
    text = b"waivers: {horizon_days: {error: 30}, unwaivable: [goproxy.plain_http]}\n"
    file = parse_config("policygate.yaml", text)
    file.check_rules(RULES)
    waivers = file.config.waivers
    days = waivers.horizon_days
    assert (days.of("error"), days.of("warning"), days.of("note")) == (30, 180, 365)
    assert (waivers.warn_days, waivers.unwaivable) == (14, ["goproxy.plain_http"])


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UsageError, match="is not UTF-8"):
        parse_config("policygate.yaml", b"\xff\xfe")


def test_a_file_too_large() -> None:
    with pytest.raises(UsageError, match="is larger than 1024 KiB"):
        parse_config("policygate.yaml", b"#" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("rules: {goproxy.plain_htp: {}}", "unknown rule `goproxy.plain_htp`", "did you mean `goproxy.plain_http`?"),
        ("waivers: {unwaivable: [goproxy.*]}", "unknown rule `goproxy.*`", ""),
        (
            "rules: {goproxy.plain_http: {parameters: {a: 1}}}",
            "rule `goproxy.plain_http` has no parameter `a`",
            "its parameters: none",
        ),
        (
            "rules: {gomod.replace_local: {parameters: {allow_inside: 'x'}}}",
            "parameter `allow_inside` of rule `gomod.replace_local` must be of type bool",
            "",
        ),
    ],
)
def test_rules_that_do_not_exist(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_config("policygate.yaml", text.encode()).check_rules(RULES)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.at is not None


NETWORK = """\
network:
  service: orders
  environments:
    production: {protected: true, isolated: true, hosts: ["*.PROD.acme.example.", 10.0.0.0/8], paths: [deploy/prod]}
  services:
    orders: {owner: team-orders, depends_on: [billing, {target: stock, protocol: GRPC, asynchronous: true}]}
    billing: {depends_on: []}
    stock: {}
  datastores: {orders-db: {hosts: [db.prod.acme.example], owners: [orders], poolers: [pool.prod.acme.example]}}
  forbidden: [{from: "zone:dmz", to: orders-db, reason: never}]
  independent: [[orders, billing]]
  egress: []
"""


def test_network_section() -> None:
    stated = parse_config("policygate.yaml", NETWORK.encode()).network()
    (production,) = stated.environments
    assert (production.protected, production.isolated) == (True, True)
    assert [(claim.pattern, claim.at.start.line, claim.at.start.column) for claim in production.hosts] == [
        ("*.prod.acme.example", 4, 59),
        ("10.0.0.0/8", 4, 83),
    ]
    orders, billing, stock = stated.services
    assert [(d.target, d.protocol, d.asynchronous, d.at.start.column) for d in orders.depends_on] == [
        ("billing", "", False, 47),
        ("stock", "grpc", True, 56),
    ]
    assert (orders.declares, billing.declares, stock.declares) == (True, True, False)
    assert [(each.kind, each.sources, each.targets, each.at.start.line) for each in stated.contracts] == [
        ("forbidden", ("zone:dmz",), ("orders-db",), 10),
        ("independent", ("orders", "billing"), ("orders", "billing"), 11),
    ]
    assert (stated.exists, stated.egress_stated, stated.egress) == (True, True, ())
    assert not parse_config("policygate.yaml", b"version: 1\n").network().exists


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("network: {env: {}}", "unknown key `network.env`", "known keys: service, environments"),
        ("network: {environments: {prod: {host: []}}}", "unknown key `network.environments.prod.host`", "hosts"),
        ("network: {services: {a: {depends_on: [{targt: b}]}}}", "network.services.a.depends_on.0.target", ""),
        ("network: {services: {a: {depends_on: [{target: b, proto: x}]}}}", "depends_on.0.proto`", "did you mean"),
        ("network: {forbidden: [{form: a, to: b}]}", "`network.forbidden.0.from`", ""),
        ("network: {shared: [10.0.0.1/8]}", "`network.shared.0`: is no CIDR", ""),
        ("network: {shared: ['db:5432']}", "is no host, `*.domain` or CIDR", ""),
        ("network: {shared: ['*']}", "is no host, `*.domain` or CIDR", ""),
        ("network: {egress: ['https://a.example']}", "`network.egress.0`", ""),
    ],
)
def test_network_section_with_a_mistake(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_config("policygate.yaml", f"version: 1\n{text}\n".encode())
    assert message in error.value.message
    assert hint in (error.value.hint or "")
