"""YAML files that no other reader takes: Kubernetes manifests, Backstage catalogs, application configuration.

Most YAML files of a repository are none of these, and cost a search in their bytes. Helm and kustomize are not run:
what they would render first is named, not judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from policygate.facts.kubernetes.config import moved
from policygate.facts.kubernetes.kustomization import NAMES, generated, inline_patches, read_kustomization
from policygate.facts.kubernetes.manifest import KINDS, kubernetes_facts
from policygate.facts.kubernetes.objects import text as text_of
from policygate.facts.model import FileFacts, Problem, Unseen
from policygate.facts.model_kubernetes import KubernetesObjects
from policygate.facts.net import backstage
from policygate.facts.net.config_tree import config_facts
from policygate.facts.net.sniff import may_say
from policygate.facts.syntax.budget import Budget, TooLargeError
from policygate.facts.syntax.declared import in_order
from policygate.facts.syntax.yaml_parts import Part, parts_of
from policygate.facts.syntax.yaml_tree import Mapping, Node, parse
from policygate.location import At, Text

_CONFIGURATION = ("application*", "bootstrap*", "config*", "settings*", "values*")
_FOLDERS = frozenset({"config", "configs", "conf"})
_FLOW = re.compile(r"^(?:---[ \t]+)?(?:\[|\{(?!\{))", re.MULTILINE)
_OWN_KIND = re.compile(r"^[\"']?kind[\"']?[ \t]*:[ \t]*([^\r\n]*)", re.MULTILINE)
_KIND = re.compile(r"^[ \t-]*[\"']?kind[\"']?[ \t]*:[ \t]*([^\r\n]*)", re.MULTILINE)
_MANIFEST = re.compile(r"(?=.*^apiVersion[ \t]*:).*^kind[ \t]*:", re.MULTILINE | re.DOTALL)
_INCLUDED = re.compile(rb"\{\{-?[ \t]{0,9}(?:include|template)[ \t]")
_SECRET = re.compile(r"^[ \t-]*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?Secret\b", re.MULTILINE)
_MAX_PROBLEMS = 20
_DOCUMENT = 60
"""What a document counts of the work that a file may cause, beside its characters."""
_LONGEST = 1_000_000
"""Bytes of application configuration; what is longer holds data."""


def read(path: str, data: bytes) -> FileFacts:
    """What a file says, if it is one of these; nothing, and no problem, for any other YAML.

    `path` is from the root of the checkout. A manifest that an API server would refuse gives problems; a template that
    says something of the network is `unseen`.
    """
    manifest = b"apiVersion" in data and b"kind" in data
    configuration = len(data) <= _LONGEST and _is_configuration(path) and may_say(data)
    template = b"{{" in data and "templates" in path.split("/")[:-1]
    named = path.rpartition("/")[2] in NAMES
    if not (manifest or configuration or named or (template and _INCLUDED.search(data))):
        return FileFacts()
    file = _File(Text(path, data), Budget(), configuration, named)
    try:
        if template:
            file.add_template(file.text.line_at(1), file.text.text)
        else:
            file.take()
        return file.facts()
    except TooLargeError as error:
        problem = Problem(message=error.message, at=file.text.line_at(1))
        return FileFacts(problems=[problem], secrets=_hidden(file.text))


def _hidden(text: Text) -> list[At]:
    """All of a text that is not read, if it holds a Secret."""
    return [text.at(0, len(text.text))] if _SECRET.search(text.text) else []


def _is_configuration(path: str) -> bool:
    """Whether the settings of a program may be in a file, by its name or by its folder."""
    *folders, name = path.lower().split("/")
    if folders[:1] == [".github"]:
        return False
    return any(fnmatchcase(name, pattern) for pattern in _CONFIGURATION) or not _FOLDERS.isdisjoint(folders)


def _concerns(text: str) -> bool:
    """Whether a document may be an object of a kind that is read; one whose kind no line says may.

    What is indented says nothing beside a kind that is not: definitions of resources are long, and full of such lines.
    """
    kinds = [] if _FLOW.search(text) else _OWN_KIND.findall(text) or _KIND.findall(text)
    return not kinds or any(map(_may_be_read, kinds))


def _may_be_read(written: str) -> bool:
    kind = written.partition(" #")[0].strip().strip("'\"")
    known = kind in KINDS or kind in backstage.KINDS or kind == "Kustomization"
    return known or kind.endswith(("List", "NetworkPolicy")) or not kind.isalnum()


@dataclass
class _File:
    """One file, and what it says so far."""

    text: Text
    budget: Budget
    configuration: bool
    named: bool
    """Whether its name makes a kustomization of it."""
    manifests: list[Node] = field(default_factory=list)
    catalog: list[Node] = field(default_factory=list)
    templates: list[At] = field(default_factory=list)
    said: list[FileFacts] = field(default_factory=list)

    def take(self) -> None:
        """Sort the documents of the file by what they are.

        Raises:
            TooLargeError: they are too large together.
        """
        for part in parts_of(self.text):
            manifest = "apiVersion" in part.text and "kind" in part.text and _concerns(part.text)
            if manifest or self.named or (self.configuration and may_say(part.text.encode())):
                self.budget.spend(_DOCUMENT + len(part.text) // 2)
                self._take(part)

    def _take(self, part: Part) -> None:
        tree = parse(part)
        for document in tree.documents:
            self._sort(document)
        if tree.problems and _MANIFEST.match(part.text):
            if "{{" in part.text or "{%" in part.text:
                self.add_template(part.line_at(part.before + 1 + part.text.startswith("---")), part.text)
            else:
                self.said.append(FileFacts(problems=list(tree.problems), secrets=_hidden(part)))

    def _sort(self, document: Node) -> None:
        version = text_of(document, "apiVersion")
        if not isinstance(document, Mapping) or document.file.text.startswith("{{", document.start):
            return
        if version.startswith(f"{backstage.GROUP}/"):
            self.catalog.append(document)
        elif version.startswith("kustomize.config.k8s.io/") or (self.named and not version):
            self._add_kustomization(document)
        elif version and text_of(document, "kind"):
            self.manifests.append(document)
        elif self.configuration:
            self.said.append(config_facts(self.text.path, document))

    def _add_kustomization(self, root: Mapping) -> None:
        endpoints, secrets = generated(root)
        objects = KubernetesObjects(kustomizations=[read_kustomization(self.text.path, root)])
        self.said.append(FileFacts(endpoints=endpoints, secrets=secrets, kubernetes=[objects]))
        for patch in inline_patches(root):
            self.budget.spend(len(patch.value))
            content = patch.snippet()
            inner = Text(self.text.path, patch.value.encode())
            facts = kubernetes_facts(parse(inner).documents, self.budget)
            given = {"namespace": text_of(root, "namespace")}
            placed = [each if each.namespace else each.model_copy(update=given) for each in facts.endpoints]
            self.said.append(moved(FileFacts(endpoints=placed, secrets=facts.secrets), inner, content))

    def add_template(self, at: At, text: str) -> None:
        """Note what must be rendered before it says anything, unless it can say nothing of the network."""
        if _concerns(text):
            self.templates.append(at)

    def facts(self) -> FileFacts:
        """All that the file says.

        Raises:
            TooLargeError: its references make it too large.
        """
        self.said.append(kubernetes_facts(self.manifests, self.budget, self.templates))
        if self.catalog:
            self.said.append(backstage.catalog_facts(self.catalog))
        together = {name: [each for said in self.said for each in getattr(said, name)] for name in _FIELDS}
        together["problems"] = in_order(together["problems"])[:_MAX_PROBLEMS]
        unseen = [Unseen(kind="manifest", what=self.text.path, at=at) for at in self.templates[:1]]
        return FileFacts(**together, unseen=unseen)


_FIELDS: Sequence[str] = ("endpoints", "services", "edges", "aliases", "kubernetes", "problems", "secrets")
