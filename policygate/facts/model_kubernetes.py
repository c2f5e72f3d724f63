"""The fact types of Kubernetes manifests. `facts.model` puts them into the file stage and into the Rego input.

`KubernetesObjects` is what one file says, as the reader of manifests returns it; `facts.kubernetes.policy_yaml` reads
the NetworkPolicies for it. `Kubernetes` is what the policies see. No key is ever absent or null.
"""

from typing import Literal

from policygate.facts.model_network import Evidence
from policygate.location import At, Fact

Protocol = Literal["TCP", "UDP", "SCTP"]
Operator = Literal["In", "NotIn", "Exists", "DoesNotExist"]
Direction = Literal["ingress", "egress"]

# ---- What one file says ------------------------------------------------------------------------------------------
#
# A namespace is as written: empty where the file does not say one. `dynamic` is true where a name, namespace, label or
# selector is filled in by somebody else (`{{ .Values.x }}`, `$(X)`, `${X}`): nothing is concluded from such an object.


class ContainerPort(Fact):
    """A port that a container declares."""

    name: str
    """Empty when it has none."""
    number: int
    protocol: Protocol
    """`TCP` when not said."""


class MeshSetting(Fact):
    """An annotation or label by which a mesh's proxy is steered."""

    key: str
    """As `sidecar.istio.io/inject`, `traffic.sidecar.istio.io/excludeOutboundPorts`, `linkerd.io/inject`."""
    value: str
    at: At
    """The value."""


class Workload(Fact):
    """What makes pods: a Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob or a Pod itself."""

    namespace: str
    kind: str
    name: str
    labels: dict[str, str]
    """Those of its pods: of the pod template, not of the workload itself."""
    ports: list[ContainerPort]
    """Of all its containers."""
    service_account: str
    host_network: bool
    host_network_at: At
    """The value of `hostNetwork`; the name when it is not said."""
    mesh: list[MeshSetting]
    """From the annotations and labels of its pods."""
    dynamic: bool
    at: At
    """The name."""


class ServicePort(Fact):
    """A port of a Service."""

    name: str
    """Empty when it has none."""
    number: int
    target: str
    """The port of the pods: a number, or the name of a port of theirs; the number above when not said."""
    protocol: Protocol
    """`TCP` when not said."""


class KubernetesService(Fact):
    """A Service: a name for the pods that it selects, or for a host outside."""

    namespace: str
    name: str
    type: str
    """`ClusterIP` when not said."""
    selector: dict[str, str]
    """Empty when it has none: then it selects no pod."""
    external_name: str
    """Lower case, without a final dot; empty unless the type is ExternalName."""
    external_name_at: At
    """The value; the name when it is not said."""
    ports: list[ServicePort]
    dynamic: bool
    at: At
    """The name."""


class Backend(Fact):
    """A Service that an Ingress or a route sends requests to."""

    service: str
    port: str
    """Number or name; empty when not said."""
    at: At


class Ingress(Fact):
    """An Ingress or HTTPRoute."""

    namespace: str
    name: str
    hosts: list[str]
    backends: list[Backend]
    at: At


class NamespaceFact(Fact):
    """A Namespace."""

    name: str
    labels: dict[str, str]
    """As written; `kubernetes.io/metadata.name` is implied."""
    mesh: list[MeshSetting]
    """`istio-injection`, `istio.io/rev`, `linkerd.io/inject` and the like, from its labels and annotations."""
    dynamic: bool
    at: At


class SelectorExpression(Fact):
    """One element of `matchExpressions`."""

    key: str
    operator: Operator
    values: list[str]


class Selector(Fact):
    """A label selector; all of it must hold, and an empty one selects everything."""

    exists: bool
    """Whether it is given; one that is not given selects as its place in the policy says."""
    labels: dict[str, str] = {}
    """`matchLabels`."""
    expressions: list[SelectorExpression] = []


class PolicyPeer(Fact):
    """One element of `to` or `from`: pods, or a block of addresses."""

    pods: Selector
    namespaces: Selector
    cidr: str
    """Empty for pods."""
    excepts: list[str]
    at: At
    """The CIDR; the element when it selects pods."""


class PolicyPort(Fact):
    """One element of `ports`; without number and name it is every port of its protocol."""

    protocol: Protocol
    number: int
    """0 when not said."""
    name: str
    """The name of a port of the target pod; empty when not said."""
    end: int
    """`endPort`; 0 when not said."""


class PolicyRule(Fact):
    """One element of `ingress` or `egress`."""

    peers: list[PolicyPeer]
    """Empty means every peer."""
    ports: list[PolicyPort]
    """Empty means every port."""
    at: At
    """Its first line."""


class NetworkPolicyFact(Fact):
    """A NetworkPolicy of `networking.k8s.io/v1`."""

    namespace: str
    name: str
    selector: Selector
    """The pods that it is about; `exists` is always true."""
    types: list[Direction]
    """What it restricts: as written; if nothing is, `ingress` always and `egress` if it has egress rules."""
    ingress: list[PolicyRule]
    egress: list[PolicyRule]
    valid: bool
    """Whether an API server would take it; a problem says why not. Nothing is concluded from an invalid one."""
    dynamic: bool
    at: At
    """The name."""


class MeshHost(Fact):
    """A host that a mesh object names."""

    name: str
    at: At


class ServiceEntry(Fact):
    """An Istio ServiceEntry: hosts that the mesh shall know."""

    namespace: str
    name: str
    hosts: list[MeshHost]
    external: bool
    """Whether they are outside of the mesh, which is so unless it says `MESH_INTERNAL`."""
    dynamic: bool
    at: At


class Sidecar(Fact):
    """An Istio Sidecar, or the mesh-wide configuration: what the proxies of workloads know of the world."""

    kind: Literal["Sidecar", "IstioOperator"]
    namespace: str
    name: str
    labels: dict[str, str]
    """Of the pods that it is about; empty means all of the namespace."""
    egress_hosts: list[MeshHost]
    """`egress[].hosts`."""
    mode: Literal["", "ALLOW_ANY", "REGISTRY_ONLY"]
    """`outboundTrafficPolicy.mode`; empty when not said."""
    dynamic: bool
    at: At
    """The mode; the name when it is not said."""


class AuthorizationPolicy(Fact):
    """An Istio AuthorizationPolicy."""

    namespace: str
    name: str
    labels: dict[str, str]
    """Of the pods that it is about; empty means all of the namespace."""
    action: str
    """`ALLOW` when not said."""
    empty_rules: list[At]
    """The rules without any condition: each allows (or denies) everything."""
    dynamic: bool
    at: At


class PeerAuthentication(Fact):
    """An Istio PeerAuthentication: whether workloads take plaintext."""

    namespace: str
    name: str
    labels: dict[str, str]
    """Of the pods that it is about; empty means all of the namespace."""
    mode: Literal["", "UNSET", "DISABLE", "PERMISSIVE", "STRICT"]
    """`mtls.mode`; empty when not said."""
    port_modes: dict[int, str]
    """`portLevelMtls` by port."""
    dynamic: bool
    at: At
    """The mode; the name when it is not said."""


class Kustomization(Fact):
    """A kustomization.yaml: what it takes in is not what the cluster gets."""

    resources: list[str]
    """Files and folders from the root of the checkout, bases and components included; others are left out."""
    namespace: str
    """What it sets for all objects; empty when it sets none."""
    changes: bool
    """Whether it may change names, labels or specs: prefixes, labels, patches, generators, components, charts."""
    outside: bool
    """Whether it takes something in that is not in the checkout."""
    at: At


class OtherPolicy(Fact):
    """A network policy of another kind, which is not evaluated: of Cilium, Calico, Antrea, or a cluster-wide one."""

    kind: str
    """As `CiliumNetworkPolicy`, `GlobalNetworkPolicy`, `AdminNetworkPolicy`, `EgressFirewall`."""
    namespace: str
    name: str
    at: At


class KubernetesObjects(Fact):
    """The objects of one file."""

    workloads: list[Workload] = []
    services: list[KubernetesService] = []
    ingresses: list[Ingress] = []
    namespaces: list[NamespaceFact] = []
    policies: list[NetworkPolicyFact] = []
    other_policies: list[OtherPolicy] = []
    service_entries: list[ServiceEntry] = []
    sidecars: list[Sidecar] = []
    authorizations: list[AuthorizationPolicy] = []
    peer_authentications: list[PeerAuthentication] = []
    kustomizations: list[Kustomization] = []
    templates: list[At] = []
    """Where the text is a template that must be rendered first: objects of the file may be missing here."""


# ---- The Rego input ----------------------------------------------------------------------------------------------


class SelectingPolicy(Fact):
    """A NetworkPolicy that selects a workload."""

    name: str
    at: At


class MeshBypass(Fact):
    """A setting by which traffic of a workload goes around the mesh's proxy."""

    kind: Literal["no_proxy", "ports", "addresses"]
    """There is no proxy at all, or it is left out for some outgoing ports or addresses."""
    key: str
    value: str
    everything: bool
    """Whether all outgoing traffic goes around it."""
    at: At


class KubernetesWorkload(Fact):
    """A workload, and what restricts its pods."""

    environment: str
    """The environment of `policygate.yaml` that it belongs to; empty when none claims it."""
    protected: bool
    """Whether that environment is protected."""
    isolation_required: bool
    """Whether `policygate.yaml` wants every workload of that environment isolated for egress."""
    namespace: str
    """`default` when nothing says one."""
    kind: str
    name: str
    known: bool
    """Whether all manifests that belong to it could be read, so that an absence says something."""
    isolated_egress: bool
    """Whether some NetworkPolicy restricts what it may call."""
    isolated_ingress: bool
    """Whether some NetworkPolicy restricts who may call it."""
    selected_by_egress: list[SelectingPolicy]
    """Ten of them at most; so for the other lists of policies."""
    selected_by_ingress: list[SelectingPolicy]
    host_network: bool
    host_network_at: At
    bypasses: list[MeshBypass]
    at: At
    evidence: list[Evidence]
    """What says which environment it belongs to, and that it must be isolated."""


class WideRule(Fact):
    """A rule of a NetworkPolicy that allows every peer, or every address."""

    direction: Direction
    kind: Literal["every_peer", "every_address"]
    """There is no `to` or `from` at all, or the blocks hold at least half of the addresses of IPv4, or of 2000::/3."""
    cidr: str
    """The blocks as written; empty for `every_peer`."""
    excepts: list[str]
    private_excepted: bool
    """Whether its exceptions hold all private addresses, so that only the internet is open."""
    ports: str
    """What it is bound to, as `TCP 443, UDP 53`; empty when all ports are open."""
    at: At


class KubernetesPolicy(Fact):
    """A NetworkPolicy, and what it selects."""

    environment: str
    protected: bool
    namespace: str
    name: str
    egress: bool
    """Whether it restricts egress."""
    ingress: bool
    """Whether it restricts ingress."""
    selects: int
    """How many workloads of the checkout it selects."""
    known: bool
    """Whether all manifests that belong to it could be read, so that an absence says something."""
    selector: str
    """Its selector in short, as `app=ledger, tier in (a, b)`; empty when it selects all pods."""
    near: list[Evidence]
    """For one that selects nothing: the workload of its namespace that fits best; empty when none is near it."""
    like: bool
    """Whether a slip of the pen parts it from that workload; else it may well be meant for another one."""
    wide: list[WideRule]
    at: At


class KubernetesAlias(Fact):
    """A Service of type ExternalName."""

    namespace: str
    name: str
    environment: str
    """That of the Service."""
    host: str
    """What it stands for."""
    host_environment: str
    """The environment that the host belongs to."""
    host_protected: bool
    """Whether that environment is protected."""
    datastore: str
    """The datastore of `policygate.yaml` that the host is an address of; empty when it is none."""
    pooler: bool
    """Whether `policygate.yaml` names the host as the way to a datastore."""
    at: At
    """The host."""
    evidence: list[Evidence]


class MeshOpening(Fact):
    """An object of a mesh that opens it to everything."""

    kind: Literal["ServiceEntry", "AuthorizationPolicy"]
    environment: str
    protected: bool
    namespace: str
    name: str
    host: str
    """The host of a ServiceEntry; empty otherwise."""
    at: At


class MeshScope(Fact):
    """A Sidecar, or a mesh-wide REGISTRY_ONLY, that is all that stands between a workload and the internet."""

    kind: Literal["Sidecar", "IstioOperator"]
    environment: str
    protected: bool
    namespace: str
    name: str
    workloads: int
    """How many of the protected workloads that it is about no NetworkPolicy restricts for egress."""
    workload: str
    """The first of them."""
    workload_at: At
    at: At


class Uncovered(Fact):
    """An endpoint of a workload that no NetworkPolicy lets it reach."""

    environment: str
    namespace: str
    workload: str
    key: str
    endpoint: str
    """As written, credentials blanked."""
    host: str
    port: int
    reason: Literal["egress", "ingress"]
    """Whether the policies of the workload block it, or those of its target."""
    policies: list[SelectingPolicy]
    """Those that restrict it, none of which allows the endpoint."""
    at: At
    """The endpoint."""


class Unneeded(Fact):
    """A peer that a policy opens although no endpoint of the selected workloads is there."""

    environment: str
    namespace: str
    policy: str
    peer: str
    """As `10.20.0.0/16` or `app=orders`."""
    ports: str
    """As `TCP 5432`; empty for all."""
    at: At


class Kubernetes(Fact):
    """What the Kubernetes manifests of the checkout say together."""

    workloads: list[KubernetesWorkload] = []
    policies: list[KubernetesPolicy] = []
    aliases: list[KubernetesAlias] = []
    openings: list[MeshOpening] = []
    scopes: list[MeshScope] = []
    uncovered: list[Uncovered] = []
    unneeded: list[Unneeded] = []
