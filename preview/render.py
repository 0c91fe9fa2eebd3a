"""Draws the documents of a preview on a terminal: a tree for each stack, then what is wrong, then the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from preview.graph import Document, Graph, Node, failed

_SEVERITIES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_MESSAGES = {"error": ("✗", "red"), "warning": ("!", "yellow"), "info": ("·", "dim")}
_SHOWN_TYPES = 3
_NARROW = 80
"""Columns where the width of the output is not known: a file, or a log of CI."""


def render(documents: Sequence[Document], every_resource: bool, judged: bool, console: Console | None = None) -> None:
    """Print all stacks. `every_resource` lists resources one by one; `judged` says that a policy pack ran."""
    console = console or Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = max(console.width, _NARROW)
    for document in documents:
        _stack(console, document, every_resource)
    violations = [found for document in documents for found in document.get("policyViolations", ())]
    if violations:
        console.print(_violations(documents))
    _verdict(console, documents, violations, judged)


def _stack(console: Console, document: Document, every_resource: bool) -> None:
    graph = Graph(document)
    tree = Tree(_heading(document["stack"], graph), guide_style="dim")
    if graph.root:
        _branch(tree, graph, graph.root, every_resource)
    console.print(tree)
    for message in document.get("diagnostics", ()):
        sign, style = _MESSAGES.get(message["severity"], _MESSAGES["info"])
        console.print(Text(f"  {sign} ", style), Text(message["message"].rstrip()), sep="", style=None)
    console.print()


def _heading(stack: str, graph: Graph) -> Text:
    nodes = [node for node in graph.nodes.values() if not node.is_component and not node.is_provider]
    managed = [node for node in nodes if node.op != "read"]
    components = sum(node.is_component for node in graph.nodes.values()) - bool(graph.root)
    facts = [_count(components, "component")]
    facts += [f"{protected} protected"] if (protected := sum(node.protected for node in nodes)) else []
    facts += [_count(reads, "read")] if (reads := sum(node.op == "read" for node in nodes)) else []
    where = f" in {', '.join(facts)}" if components else ""
    return Text.assemble((f"{stack}  {_count(len(managed), 'resource')}", "bold"), (where, "dim"))


def _branch(tree: Tree, graph: Graph, parent: Node, every_resource: bool) -> None:
    """Add the children of a resource: components as branches, others counted by type, or one by one."""
    children = graph.children(parent.urn)
    leaves = [child for child in children if not child.is_component]
    if every_resource:
        for leaf in leaves:
            _branch(tree.add(_leaf(leaf)), graph, leaf, every_resource)
    elif leaves and parent.type == "pulumi:pulumi:Stack":
        tree.add(_by_type(leaves))
    for component in (child for child in children if child.is_component):
        below = [node for node in graph.descendants(component.urn) if not node.is_component]
        protected = sum(node.protected for node in below)
        shield = f"  {protected} protected" if protected else ""
        label = (component.name, "bold"), (f"  {_kind(component.type)}", "cyan"), f"  {len(below)}", (shield, "green")
        branch = tree.add(Text.assemble(*label))
        own = [child for child in graph.children(component.urn) if not child.is_component]
        if own and not every_resource:
            branch.add(_by_type(own))
        _branch(branch, graph, component, every_resource)


def _leaf(node: Node) -> Text:
    op = f"  {node.op}" if node.op != "create" else ""
    shield = "  protected" if node.protected else ""
    return Text.assemble(node.name, (f"  {_kind(node.type)}", "cyan"), (op, "yellow"), (shield, "green"))


def _by_type(nodes: Sequence[Node]) -> Text:
    """Count resources by type, the commonest first: `9 Route, 6 Subnet, Vpc and 3 more kinds`."""
    counted = sorted(Counter(_kind(node.type) for node in nodes).items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{number} {kind}" if number > 1 else kind for kind, number in counted[:_SHOWN_TYPES]]
    rest = len(counted) - _SHOWN_TYPES
    text = ", ".join(shown) + (f" and {_count(rest, 'more kind')}" if rest > 0 else "")
    return Text(text, "dim", no_wrap=True, overflow="ellipsis")


def _kind(token: str) -> str:
    """Return what a type token calls the resource: `Vpc` of `aws:ec2/vpc:Vpc`, `provider aws` of a provider's."""
    package, _, kind = token.rpartition(":")
    return f"provider {kind}" if package == "pulumi:providers" else kind


def _violations(documents: Sequence[Document]) -> Table:
    """Tabulate what the pack found, by resource: the worst first."""
    table = Table(
        title="Policy violations", title_justify="left", title_style="bold", box=box.SIMPLE, show_header=False
    )
    table.add_column("level", no_wrap=True)
    table.add_column("finding", overflow="fold", ratio=1)
    for document in documents:
        nodes = Graph(document).nodes
        by_resource: dict[str, list[Document]] = {}
        for entry in sorted(document.get("policyViolations", ()), key=_rank):
            by_resource.setdefault(entry["urn"], []).append(entry)
        for urn, entries in by_resource.items():
            table.add_row("", _subject(document["stack"], urn, nodes.get(urn)))
            for entry in entries:
                table.add_row(_level(entry), Text.assemble((entry["policyName"], "bold"), f"\n{_sentence(entry)}"))
            table.add_section()
    return table


def _subject(stack: str, urn: str, node: Node | None) -> Text:
    """Return a resource's name and type, where it comes from, and its stack."""
    chain, _, name = urn.rpartition("::")
    place = f"  {node.place}" if node and node.place else ""
    return Text.assemble((name, "bold"), (f"  {_kind(chain.rpartition('$')[2])}", "cyan"), (f"  {stack}{place}", "dim"))


def _level(entry: Document) -> Text:
    severity = entry.get("severity", "")
    advisory = "\nadvisory" if entry["enforcementLevel"] == "advisory" and severity else ""
    return Text.assemble((severity or entry["enforcementLevel"], _SEVERITIES.get(severity, "")), (advisory, "dim"))


def _rank(entry: Document) -> tuple[bool, int]:
    severities = list(_SEVERITIES)
    severity = entry.get("severity", "")
    return entry["enforcementLevel"] != "mandatory", severities.index(severity) if severity in severities else 9


def _sentence(entry: Document) -> str:
    """Return the message without the description that the SDK puts before it; add the remedy if it is not there."""
    message = entry["message"].removeprefix(entry.get("description", "")).strip() or entry["message"]
    remedy = entry.get("remediation", "")
    return f"{message}\n{remedy}" if remedy and remedy not in message else message


def _verdict(console: Console, documents: Sequence[Document], violations: Sequence[Document], judged: bool) -> None:
    errors = sum(m["severity"] == "error" for document in documents for m in document.get("diagnostics", ()))
    created = sum(document.get("changeSummary", {}).get("create", 0) for document in documents)
    mandatory = sum(found["enforcementLevel"] == "mandatory" for found in violations)
    skips = sum(len(document.get("policySkips", ())) for document in documents)
    parts = [_count(len(documents), "stack"), f"{created} to create", _count(errors, "error")]
    if judged:
        parts += [_count(mandatory, "violation")]
        parts += [_count(advisory, "advisory finding")] if (advisory := len(violations) - mandatory) else []
        parts += [f"{skips} not decided (unknown values)"] if skips else []
        partial = sum(any(m["severity"] == "error" for m in document.get("diagnostics", ())) for document in documents)
        parts += [f"{_count(partial, 'stack')} not judged because of errors"] if partial else []
    bad = any(map(failed, documents))
    console.print(
        f"[{'bold red' if bad else 'bold green'}]{'✗ failed' if bad else '✓ passed'}[/]  {escape(', '.join(parts))}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
