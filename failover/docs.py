"""Writes docs/failover.md: the page for whoever is on call, with the commands of every step for doing it by hand.

`python -m failover.docs` writes it anew; a test compares it with the steps.
"""

from collections.abc import Sequence
from pathlib import Path

from failover.names import LinkNames, StandbyNames
from failover.samples import LINK, STANDBY
from failover.step import Step
from failover.steps import BACK, REHEARSAL, RUN

PAGE = Path(__file__).parents[1] / "docs" / "failover.md"
BEGIN, END = "<!-- written by python -m failover.docs -->", "<!-- end of what is written -->"


def main() -> None:
    """Write the page's generated part anew."""
    PAGE.write_text(page(PAGE.read_text()))


def page(text: str) -> str:
    """The page with its generated part as the steps are now."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{_generated(STANDBY, LINK)}\n{END}{after}"


def _generated(standby: StandbyNames, link: LinkNames) -> str:
    orders = (
        ("The failover: `python -m failover run`", RUN),
        ("The way back: `python -m failover back`", BACK),
        ("The rehearsal: `python -m failover rehearse`", REHEARSAL),
    )
    return "\n".join(_order(title, steps, standby, link) for title, steps in orders)


def _order(title: str, steps: Sequence[Step], standby: StandbyNames, link: LinkNames) -> str:
    lines = [
        f"## {title}",
        "",
        "| | Step | | Minutes (low / mode / high) | Budget | Roles |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {place} | `{step.name}` | {step.does} | {step.whole.low:g} / {step.whole.mode:g} / "
        f"{step.whole.high:g} | {step.budget:g} | {', '.join(map(_role, step.roles)) or 'none'} |"
        for place, step in enumerate(steps, start=1)
    ]
    lines += ["", "By hand, in this order:", ""]
    for place, step in enumerate(steps, start=1):
        lines += [f"{place}. {step.name}: {step.does}", "", "   ```sh"]
        lines += [f"   {command}" for command in step.by_hand(standby, link)]
        lines += ["   ```", ""]
    return "\n".join(lines)


def _role(role: str) -> str:
    name, _, where = role.partition(" ")
    return f"`{name}` {where}".rstrip() if name.startswith("roles/") else role


if __name__ == "__main__":
    main()
