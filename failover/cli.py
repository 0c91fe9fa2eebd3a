"""The command line: what may be asked, and what is asked back before anything moves."""

import argparse
import getpass
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from failover import lags, render
from failover.abandon import TooLate, abandon
from failover.cloud import Access, Cloud, Refused, Unavailable
from failover.cloud.storage import Bucket
from failover.engine import Engine, Stopped
from failover.names import LINK_NAMES, STANDBY_NAMES, SWITCH, LinkNames, StandbyNames
from failover.plan import plan
from failover.record import Held, Kind, Lost, Record, stamp
from failover.rehearsal import rehearse
from failover.status import status
from failover.step import Step
from failover.steps import BACK, REHEARSAL, RUN
from failover.terminal import JsonLines, Lines, console

RECORDS = "FAILOVER_RECORDS"
"""Environment variable that names the bucket of records where no checkout is at hand."""

PROJECT_FILE = Path(__file__).parents[1] / "Pulumi.yaml"

Document = TypeVar("Document", StandbyNames, LinkNames)

ORDERS: Mapping[Kind, tuple[Step, ...]] = {"run": RUN, "back": BACK, "rehearse": REHEARSAL}


class Unusable(Exception):
    """Nothing can be done, and why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 where it did what it says, 1 where it could not or the answer is no, 2 where it is misspelt."""
    asked = _parser().parse_args(arguments)
    try:
        return _COMMANDS[asked.command](asked)
    except (Unusable, TooLate, Refused, Unavailable, Held, Lost) as error:
        print(f"{asked.command}: {error}", file=sys.stderr)
        return 1
    except Stopped:
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. `python -m failover {asked.command}` goes on from here.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m failover", description=__doc__)
    parser.add_argument("--records", help=f"the bucket of records; else ${RECORDS}, else Pulumi.yaml's")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in (
        ("plan", "what a failover would do, how long it would take and what it would lose"),
        ("status", "whether the standby is ready; exit 1 with the reasons if it is not"),
        ("run", "fail over to the standby, or go on with it"),
        ("back", "go back to the primary, or go on with it"),
        ("abandon", "give a failover up, as long as nothing was promoted"),
        ("rehearse", "fail over on copies, moving nobody"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--json", action="store_true", help="JSON in place of text")
        if name not in ("plan", "status"):
            command.add_argument("--yes", action="store_true", help="ask for no confirmation")
    return parser


def _show(asked: argparse.Namespace) -> int:
    cloud, standby, link, _ = _found(asked)
    out = console()
    if asked.command == "plan":
        planned = plan(RUN, standby, link, lags.read(standby, link, cloud, time.time()))
        out.print_json(planned.model_dump_json(by_alias=True)) if asked.json else render.plan(planned, out)
        return 0
    seen = status(standby, link, cloud, time.time())
    out.print_json(seen.model_dump_json(by_alias=True)) if asked.json else render.status(seen, out)
    return 0 if seen.ready else 1


def _move(asked: argparse.Namespace) -> int:
    kind: Kind = asked.command
    cloud, standby, link, bucket = _found(asked)
    steps = ORDERS[kind]
    record = Record(bucket, _who(), time.time)
    if kind == "run":
        _refuse_twice(cloud, standby, record)
    if not asked.yes:
        _confirm(kind, standby, steps, record)
    watcher = JsonLines() if asked.json else Lines(steps, console())

    def engine(steps: Sequence[Step]) -> Engine:
        return Engine(steps, standby, link, cloud, record, watcher)

    if kind == "rehearse":
        outcome = rehearse(steps, engine, record)
        for missed in outcome.missed:
            print(missed, file=sys.stderr)
        return 0 if outcome.good else 1
    engine(steps).run(kind)
    return 0


def _abandon(asked: argparse.Namespace) -> int:
    cloud, standby, link, bucket = _found(asked)
    record = Record(bucket, _who(), time.time)
    if not asked.yes:
        _ask(f"This gives the failover of {standby.domain} up: its primary writes again.", standby.domain)
    done = abandon(record, standby, link, cloud)
    print(json.dumps({"done": done}) if asked.json else "\n".join([*done, "The failover was given up."]))
    return 0


def _refuse_twice(cloud: Cloud, standby: StandbyNames, record: Record) -> None:
    """A failover that has ended is not begun anew while users are at the standby: its fence would stop them."""
    last = record.look()
    moved = cloud.objects.read(standby.switch_bucket, SWITCH)[1] != 0
    if moved and last is not None and last.kind == "run" and last.ended is not None:
        raise Unusable(
            f"the standby serves since {stamp(last.ended)}: nothing is left to do; `python -m failover back` leads back"
        )


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "plan": _show,
    "status": _show,
    "run": _move,
    "back": _move,
    "abandon": _abandon,
    "rehearse": _move,
}


def _found(asked: argparse.Namespace) -> tuple[Cloud, StandbyNames, LinkNames, Bucket]:
    """The cloud, the two documents, and the bucket that they lie in."""
    name = asked.records or os.environ.get(RECORDS) or _configured()
    access = Access.found()
    bucket = Bucket(Cloud(access).objects, name)
    standby = _document(bucket, name, STANDBY_NAMES, StandbyNames, "dr")
    link = _document(bucket, name, LINK_NAMES, LinkNames, "interconnect")
    cloud = Cloud(access.counted(standby.project))
    return cloud, standby, link, Bucket(cloud.objects, name)


def _document(bucket: Bucket, name: str, path: str, model: type[Document], stack: str) -> Document:
    content, generation = bucket.read(path)
    if not generation:
        raise Unusable(
            f"gs://{name}/{path} is missing, so that no name is known: `pulumi up --stack {stack}` writes it; is "
            f"{name} the bucket of records (--records)?"
        )
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise Unusable(
            f"gs://{name}/{path} was written by another version of the program: check out the commit that `{stack}` "
            f"was deployed from ({error.error_count()} fields differ, the first is "
            f"{'.'.join(map(str, error.errors()[0]['loc']))})"
        ) from error


def _configured() -> str:
    # A checkout has it; the image, whose jobs are told the bucket, needs it not.
    import yaml

    try:
        return yaml.safe_load(PROJECT_FILE.read_text())["config"]["failover"]["value"]["records_bucket"]
    except (OSError, KeyError, TypeError) as error:
        raise Unusable(
            f"no bucket of records is named: use --records, or ${RECORDS}, or failover.records_bucket in {PROJECT_FILE}"
        ) from error


def _confirm(kind: Kind, standby: StandbyNames, steps: Sequence[Step], record: Record) -> None:
    """Ask whoever started it to type what they are about to move."""
    found = record.look()
    doing = {"run": "moves users to the standby", "back": "moves users back to the primary", "rehearse": "moves nobody"}
    told = f"`{kind}` {doing[kind]} of {standby.domain}, in {len(steps)} steps: {', '.join(s.name for s in steps)}."
    if found is not None and found.ended is None:
        told += f"\nIt goes on with {found.id}."
    _ask(told, standby.domain)


def _ask(told: str, wanted: str) -> None:
    if not sys.stdin.isatty():
        raise Unusable("nobody is there to confirm it: start it on a terminal, or with --yes")
    print(told)
    if input(f"Type {wanted} to go on: ").strip() != wanted:
        raise Unusable("not confirmed, nothing was done")


def _who() -> str:
    """Who acts, for the record; the clouds' audit logs know the account besides."""
    account = os.environ.get("CLOUDSDK_CORE_ACCOUNT") or os.environ.get("CLOUD_RUN_JOB")
    return account or f"{getpass.getuser()}@{socket.gethostname()}"
