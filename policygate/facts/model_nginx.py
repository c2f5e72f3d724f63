"""The fact types of nginx configurations. `facts.model` puts them into the file stage and into the Rego input.

`NginxFile` is what one file says, with the files that it includes, as the reader returns it. `Nginx` is what the
policies see: which location answers, who may ask it, and what stands behind it is worked out by then. A server is
called by its first name, else by what it listens on; a location by its modifier and pattern, as `^~ /static/`, and by
nothing where the server itself is meant. No key is ever absent or null.
"""

from typing import Literal

from policygate.facts.model_network import Evidence, HostClass
from policygate.location import At, Fact

# ---- What one file says ------------------------------------------------------------------------------------------

NginxContext = Literal["main", "http", "server", "location", "upstream", "stream"]


class NginxDirective(Fact):
    """One directive out of those that decide who is answered, and by what; the others are left out."""

    name: str
    args: list[str]
    """Quotes and escapes resolved; the condition of an `if` is one, without its parentheses. Entries of a `map` or
    `geo` are called `entry` and have their value alone."""
    parent: int
    """The index of the block that holds it; -1 at the top of the file."""
    block: bool
    at: At
    """From its name to the end of its last argument, or to the end of its line."""


class NginxPass(Fact):
    """Something that nginx hands requests or connections to."""

    text: str
    """As written, credentials blanked: `http://backend/api/`."""
    scheme: str
    """`http`, `https`, `grpc`, `grpcs`, `fastcgi`, `uwsgi`, `scgi`, `memcached`; `tcp` in a stream."""
    host: str
    """Lower case, IPv6 without brackets; a path for a socket; empty when it depends on a variable."""
    port: int
    """The scheme's own when none is written; 0 when it depends on a variable, and for a socket."""
    group: str
    """The `upstream` that the host stands in; empty when it is named directly."""
    dynamic: bool
    """Whether host or port depend on a variable."""
    names: list[str]
    """The names of the server that hands over."""
    at: At
    """The target; for a group the address in its `server`."""


class NginxFile(Fact):
    """One configuration file, the files that it includes in their places."""

    file: str
    context: NginxContext
    """Where its directives may stand: `main` for a whole configuration, else the part that the file is made for."""
    directives: list[NginxDirective]
    """In the order nginx reads them: each block before what is in it."""
    passes: list[NginxPass]


# ---- The Rego input ----------------------------------------------------------------------------------------------

NginxContent = Literal["pass", "static", "constant", "redirect", "refusal", "other"]


class NginxListen(Fact):
    """A place where a server listens."""

    text: str
    """`443 ssl`; `80` when nothing is written, which is nginx's default."""
    port: int
    """0 for a socket, and when it is a variable."""
    tls: bool
    reach: Literal["loopback", "internal", "public"]
    """From where it can be asked, by its address; `public` for every address of the machine."""
    at: At


class NginxPlace(Fact):
    """A location, or what is written in it."""

    location: str
    text: str
    """The directive that counts."""
    at: At


class NginxServer(Fact):
    """One `server`."""

    name: str
    names: list[str]
    """All that it is called; variables and `_` are kept."""
    named: bool
    """Whether one of its names is one that clients beyond a cluster or a machine may look up."""
    plain: list[NginxListen]
    """Where others than this machine can talk to it without TLS."""
    served: list[NginxPlace]
    """What it gives away there: no redirect, refusal, constant or ACME challenge; not what only this machine gets."""
    tls: bool
    """Whether it, or a server of the same name, listens with TLS."""
    tls_in_front: bool
    """Whether something says that TLS ends before nginx: X-Forwarded-Proto, the PROXY protocol, a trusted proxy."""
    untimed: list[NginxPlace]
    """What it hands over without any time-out of its own."""
    at: At


class NginxLocation(Fact):
    """One `location`."""

    server: str
    location: str
    pattern: str
    """The path, regular expression or name, without the modifier."""
    public: bool
    """Whether the server can be asked from beyond its machine and private network, by a name that is not internal."""
    protected_by: list[str]
    """What keeps strangers out: `internal`, `allow/deny`, `auth_basic`, `ssl_verify_client` and others."""
    undecided: bool
    """Whether an `if`, Lua or a file that is not here may keep them out."""
    content: NginxContent
    at: At


class NginxProxy(Fact):
    """Something that nginx hands requests to."""

    server: str
    location: str
    text: str
    """As written, credentials blanked."""
    scheme: str
    host: str
    """Lower case; empty when it depends on a variable that is not known."""
    host_class: HostClass
    """Of a group that of the address that is farthest away."""
    variable: bool
    """Whether a variable stands in it, so that nginx looks the host up for each request."""
    unresolvable: bool
    """Whether that lookup needs a `resolver` and there is none."""
    evidence: list[Evidence]
    """What says which host it is."""
    assumes: list[str]
    at: At


class NginxFailover(Fact):
    """One `proxy_next_upstream` or its like, with all the places where it holds."""

    scope: str
    """Where it is written: `http`, or the server and location."""
    text: str
    targets: list[str]
    """What is handed over to under it, each once."""
    peers: int
    """How many servers the largest of them has that are not `down`."""
    tries: int
    """The most that may be asked for one request; 0 for no limit."""
    uncaught: list[str]
    """Those of its conditions for which no `error_page` goes on elsewhere: `http_502`."""
    evidence: list[Evidence]
    assumes: list[str]
    at: At


class NginxCondition(Fact):
    """One `if`."""

    server: str
    location: str
    text: str
    variables: list[str]
    """Those that it depends on, through `set` and `map` too; lower case, without `$`."""
    before_upstream: bool
    """Whether it is decided before anything was handed over, also when an `error_page` leads there."""
    at: At


class NginxShadow(Fact):
    """A path of a protected location that another one answers, for everybody."""

    server: str
    location: str
    protected_by: list[str]
    by: str
    """The location that answers, one by regular expression."""
    path: str
    """One such path."""
    at: At
    """What protects."""
    by_at: At


class NginxUndecided(Fact):
    """A protected location for which another one may answer; the gate cannot tell whether, or whom that keeps out."""

    server: str
    location: str
    by: str
    at: At
    by_at: At


class NginxBypass(Fact):
    """A protected location that answers without asking who is there."""

    server: str
    location: str
    protected_by: list[str]
    kind: Literal["return", "rewrite", "error_page"]
    """Before access is checked, for the first two; instead of the refusal for the last."""
    text: str
    """The directive, without what it tells the client."""
    to: str
    """The location that answers; empty for `return`."""
    at: At
    protected_at: At


class NginxAllow(Fact):
    """One `allow`."""

    source: str
    at: At


class NginxAccess(Fact):
    """The `allow` and `deny` of one block."""

    server: str
    location: str
    refuses: bool
    """Whether they turn away those whom no `allow` names."""
    idle: list[NginxAllow]
    """Those that change nothing: whom they let in, no later `deny` would have kept out."""
    otherwise: bool
    """Whether something else keeps the others out: `satisfy any` with a password."""
    undecided: bool
    """Whether a file that is not here may add to them."""
    at: At


class NginxTrust(Fact):
    """One `set_real_ip_from`: from whom nginx believes what a header says about the client's address."""

    server: str
    """One of those it holds for."""
    text: str
    everyone: bool
    """Whether these networks, together with others beside it, hold strangers."""
    header: str
    """Lower case."""
    reachable: bool
    """Whether anybody but this machine can connect."""
    decides: list[Evidence]
    """What goes by that address."""
    at: At


class NginxTwin(Fact):
    """Another URL for the files of a tree."""

    location: str
    path: str
    """One such path."""
    weaker: bool
    """Whether it lacks the protection of the tree's own location."""
    at: At


class NginxTree(Fact):
    """A folder whose files are served."""

    server: str
    location: str
    how: Literal["root", "alias"]
    directory: str
    """As written, without a final slash."""
    open: bool
    """Whether strangers may have them."""
    twins: list[NginxTwin]
    module_proxy: bool
    """Whether it looks like a tree that the go command downloads modules from."""
    mutable_path: str
    """A path of such a tree that changes with every release."""
    mutable_cached_s: int
    """How many seconds clients may keep the answer to that; 0 when nothing is said."""
    mutable_at: At
    """What says so; the tree when nothing does."""
    at: At


class Nginx(Fact):
    """Everything known of the nginx configurations of the checkout."""

    servers: list[NginxServer] = []
    locations: list[NginxLocation] = []
    proxies: list[NginxProxy] = []
    failovers: list[NginxFailover] = []
    conditions: list[NginxCondition] = []
    shadows: list[NginxShadow] = []
    undecided: list[NginxUndecided] = []
    bypasses: list[NginxBypass] = []
    accesses: list[NginxAccess] = []
    trusts: list[NginxTrust] = []
    trees: list[NginxTree] = []
