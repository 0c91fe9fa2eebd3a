"""Draws a plan and a verdict for people, so that 80 columns without colour tell all of it."""

import re
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from failover.plan import Loss, Plan, PlannedStep, Saving, Service
from failover.status import Check, Status

_WORDS = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")
_STYLES = {"ok": "green", "failed": "bold red", "unknown": "yellow"}
_KEPT = {True: ("kept", "green"), False: ("NOT KEPT", "bold red"), None: ("unknown", "yellow")}


def plan(planned: Plan, out: Console) -> None:
    """Print the whole plan."""
    out.print(
        Group(
            _recovery(planned),
            _section("Steps, each after the one before; minutes"),
            _steps(planned),
            *_lines(planned.critical),
            _section("What users of each service meet, in minutes"),
            _services(planned.services),
            _section("What would be lost, in minutes"),
            _losses(planned.losses),
            *_lines(_unsaid(planned)),
            _section("Minutes that standing capacity would save, from the first line on"),
            _savings(planned.savings),
            *_lines(_sources(planned.savings)),
            _section("Who may, and by hand"),
        )
    )
    for place, step in enumerate(planned.steps, start=1):
        _by_hand(place, step, out)


def status(seen: Status, out: Console) -> None:
    """Print the verdict, what speaks against it with its remedy, and what is in order."""
    number = len(seen.reasons)
    verdict = (
        Text("READY", "bold green")
        if seen.ready
        else Text(f"NOT READY: {number} reason{'s' if number > 1 else ''}", "bold red")
    )
    out.print(Text.assemble(verdict, (f"  as of {seen.at}", "dim")))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0), expand=False)
    table.add_column(no_wrap=True)
    table.add_column(max_width=24, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    for check in sorted(seen.checks, key=_gravest_first):
        told = Text(check.seen)
        if check.remedy:
            told = Text.assemble(told, "\n", (f"→ {check.remedy}", "dim"))
        table.add_row(Text(check.verdict, _STYLES[check.verdict]), Text(check.name), told)
    out.print(table)


def _gravest_first(check: Check) -> int:
    return ("failed", "unknown", "ok").index(check.verdict)


def _recovery(planned: Plan) -> RenderableType:
    found = planned.recovery
    word, style = _KEPT[found.held]
    serves = ", which serves already" if planned.mode == "active" else ""
    return Text.assemble(
        (f"Failover of {planned.domain} to {planned.region}", "bold"),
        f"{serves}\n{', '.join(planned.hosts)} move.\n",
        f"RTO {found.objective} minutes: ",
        (word, style),
        f"; half of simulated runs take {found.median:.1f}, 95 % at most {found.p95:.1f}.\n",
        *_recovery_point(planned.losses),
    )


def _recovery_point(losses: Iterable[Loss]) -> list[str]:
    """The strictest promise and the worst that is expected of what has it."""
    expected = [(loss.objective, loss.expected_p95) for loss in losses if loss.expected_p95 is not None]
    if not expected:
        return []
    strictest = min(objective for objective, _ in expected)
    worst = max(p95 for objective, p95 in expected if objective == strictest)
    return [f"RPO {strictest} minutes: in 95 % of moments the standby is at most {worst:.1f} behind, simulated."]


def _section(title: str) -> RenderableType:
    return Text(f"\n{title}", "bold")


def _lines(texts: Iterable[str]) -> list[RenderableType]:
    """Sentences below a table, each continued under its own beginning."""
    return [Padding(Text(text), (0, 0, 0, 1)) for text in texts]


def _table(*columns: str, texts: int = 1) -> Table:
    """A table whose first columns are texts and whose others are numbers."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < texts else "right", overflow="fold")
    return table


def _steps(planned: Plan) -> Table:
    table = _table("", "step", "what it does", "low", "mode", "high", "median\nuntil", "95 %\nuntil", texts=3)
    for place, step in enumerate(planned.steps, start=1):
        minutes = step.minutes
        times = [minutes.low, minutes.mode, minutes.high, step.until["median"], step.until["p95"]]
        table.add_row(str(place), step.name, step.does, *(f"{each:.1f}" for each in times))
        for part in step.parts:
            times = [part.low, part.mode, part.high]
            table.add_row("", "", f"· {part.name}, at the same time", *(f"{each:.1f}" for each in times))
    return table


def _services(services: Iterable[Service]) -> Table:
    table = _table(
        "service", "promises", "RTO", "95 %\nsimulated", "RPO", "95 %\nsimulated", "of what it keeps in", texts=2
    )
    table.columns[-1].justify = "left"
    for service in services:
        word, style = _KEPT[service.held]
        table.add_row(
            service.service,
            Text(word, style),
            str(service.recovery_objective),
            f"{service.recovery:.1f}",
            _number(service.point_objective, 0),
            _number(service.expected_p95),
            ", ".join(service.stores),
        )
    return table


def _losses(losses: Iterable[Loss]) -> Table:
    table = _table("store", "promise", "promised", "95 %\nsimulated", "last\nseen", "ago", texts=2)
    for loss in losses:
        word, style = _KEPT[loss.held]
        numbers = [loss.expected_p95, loss.behind, loss.measured]
        table.add_row(loss.store, Text(word, style), str(loss.objective), *map(_number, numbers))
    return table


def _number(found: float | None, digits: int = 1) -> str:
    return "–" if found is None else f"{found:.{digits}f}"


def _unsaid(planned: Plan) -> list[str]:
    """What the numbers of the table don't tell."""
    told = [f"{loss.store}: {'; '.join(loss.seen)}" for loss in planned.losses if loss.held is not True]
    if any((loss.measured or 0) > 10 for loss in planned.losses):
        told.append("What the primary still wrote since it was last seen is lost as well.")
    if planned.rebuilt:
        told.append(f"Nothing is copied to, and what was in them is made anew: {', '.join(planned.rebuilt)}.")
    if planned.objectives:
        told.append(f"verify holds the standby to: {', '.join(planned.objectives)}.")
    return told


def _savings(savings: Sequence[Saving]) -> RenderableType:
    if not savings:
        return Text(" none: no step has a part that could stand at full size")
    table = _table(
        "at full size", "more stands", "median", "95 %", "more for\na minute", "list price\na month", texts=2
    )
    for saving in savings:
        price = "–" if saving.dollars_a_month is None else f"${saving.dollars_a_month:,.0f}"
        more = f"+{saving.more:g} {saving.unit}"
        table.add_row(
            saving.part, more, f"{saving.median:.1f}", f"{saving.p95:.1f}", _number(saving.more_a_minute), price
        )
    return table


def _sources(savings: Iterable[Saving]) -> list[str]:
    return [f"{saving.part}: {saving.source}" for saving in savings if saving.source]


def _by_hand(place: int, step: PlannedStep, out: Console) -> None:
    roles = "; ".join(step.roles) or "anybody"
    table = Table(box=None, show_header=False, padding=0)
    table.add_row(f"{place}. ", Text(f"{step.name}, within {step.budget:g} minutes: {roles}"))
    out.print(table)
    for command in step.by_hand:
        # Nothing but the shell's own continuation may break a command that is to be copied.
        out.print(Text(continued(command, out.width)), soft_wrap=True)


def continued(command: str, width: int) -> str:
    """A shell command on lines that are narrow enough wherever its words are, and still one command."""
    words = _WORDS.findall(command)
    whole = _bare("".join(words)) == _bare(command)
    if not whole or re.search(r"\n|(^|\s)#", command):
        return f"    {command}"
    lines = ["   "]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > width - 2 and lines[-1].strip():
            lines.append("      ")
        lines[-1] += f" {word}"
    return " \\\n".join(lines)


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
