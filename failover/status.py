"""Whether the standby is ready to take over, and why not: asked of the standby's cloud alone, changing nothing.

A check that cannot be made is a reason too. Whoever has to decide at night must not take silence for health.
"""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from failover import lags
from failover.cloud import Cloud, Refused, Unavailable
from failover.names import FENCE, STANDBY_FENCE, SWITCH, LinkNames, Report, StandbyNames
from failover.record import HISTORY, RECORD, State, stamp
from failover.steps.rehearsal.measure import MISSED

CERTIFICATE_DAYS = 30
"""Google renews a certificate about a month before its end: one that is nearer to it was not renewed."""

AT_ONCE = 8
"""Checks that are made at the same time: each waits for one service most of its time."""

Verdict = Literal["ok", "failed", "unknown"]


class Check(BaseModel):
    """One thing that was looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    verdict: Verdict
    seen: str
    remedy: str
    """What to do where it is not in order; empty where it is."""


class Status(BaseModel):
    """All of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    checks: tuple[Check, ...]

    @property
    def reasons(self) -> tuple[Check, ...]:
        """Why the standby is not ready."""
        return tuple(check for check in self.checks if check.verdict != "ok")

    @property
    def ready(self) -> bool:
        """Whether a failover could begin now, and end well."""
        return not self.reasons


@dataclass(frozen=True)
class _Site:
    """What the checks look at."""

    standby: StandbyNames
    link: LinkNames
    cloud: Cloud
    now: float

    def json(self, report: Report) -> Any:
        """The content of an object that a job wrote; none if it is not there."""
        content, generation = self.cloud.objects.read(report.bucket, report.object)
        return json.loads(content) if generation else None

    @cached_property
    def run(self) -> State | None:
        """The run that is under way, or was the last."""
        content, generation = self.cloud.objects.read(self.standby.records_bucket, RECORD)
        return State.model_validate_json(content) if generation else None


Answer = tuple[Verdict, str]
Look = tuple[str, str, Callable[[], Answer]]
"""Name of a check, its remedy, and how it is made."""


def status(standby: StandbyNames, link: LinkNames, cloud: Cloud, now: float) -> Status:
    """Make every check; none of them raises."""
    site = _Site(standby, link, cloud, now)
    looks = [look for kind in (_run, _objects, _lags, _tunnels, _certificates, _parity) for look in kind(site)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Status(at=stamp(now), checks=tuple(pool.map(_made, looks)))


def _made(look: Look) -> Check:
    name, remedy, make = look
    try:
        verdict, seen = make()
    except (Unavailable, Refused) as error:
        verdict, seen = "unknown", str(error)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        verdict, seen = "unknown", f"what was read cannot be understood: {error}"
    return Check(name=name, verdict=verdict, seen=seen, remedy="" if verdict == "ok" else remedy)


def _verdict(held: bool | None) -> Verdict:
    return "unknown" if held is None else "ok" if held else "failed"


# --- Runs, rehearsals, and what they leave ---


def _run(site: _Site) -> Iterator[Look]:
    yield (
        "run",
        "finish it by the same command, which goes on where it stopped; docs/failover.md has each step by hand",
        partial(_no_run, site),
    )
    yield (
        "rehearsal",
        "python -m failover rehearse; if the weekly one failed, its record says at which step",
        partial(_rehearsed, site),
    )


def _no_run(site: _Site) -> Answer:
    run = site.run
    if run is None:
        return "ok", "there was none yet"
    if run.ended is not None:
        return "ok", f"none under way; the last, {run.id}, ended {stamp(run.ended)}"
    at = next((name for name, step in run.steps.items() if step.status != "done"), "its end")
    if run.holder is not None and run.holder.until >= site.now:
        return "failed", f"{run.id} is under way at {at}, held by {run.holder.who} on {run.holder.host}"
    why = run.steps[at].seen if at in run.steps else ""
    return "failed", f"{run.id} stopped at {at}{': ' if why else ''}{why}"


def _rehearsed(site: _Site) -> Answer:
    days = site.standby.rehearsal_days
    names = site.cloud.objects.names(site.standby.records_bucket, f"{HISTORY}/rehearse/")
    for name in sorted(names, reverse=True):
        content, generation = site.cloud.objects.read(site.standby.records_bucket, name)
        if not generation:
            continue
        state = State.model_validate_json(content)
        done = all(step.status == "done" for step in state.steps.values())
        # One that ended, and took longer than was promised, has shown that a failover would not keep its word.
        missed = any(step.noted.get(MISSED) for step in state.steps.values())
        if state.ended is not None and done and not missed:
            age = (site.now - state.ended) / 86_400
            told = f"the last one that succeeded ended {stamp(state.ended)}, {age:.1f} days ago"
            return ("ok", told) if age <= days else ("failed", f"{told}; at most {days} are promised")
    return "failed", "none has ever succeeded"


def _objects(site: _Site) -> Iterator[Look]:
    """What makes writers stop, or moves the names: each would do so on its own until somebody removes it."""
    told = {
        SWITCH: "it moves the public names to the standby",
        FENCE: "it stops the primary's writers",
        STANDBY_FENCE: "it stops the standby's writers",
    }
    for name, effect in told.items():
        yield (
            f"object {name}",
            "if the standby serves, go back by python -m failover back; if not, "
            f"gcloud storage rm gs://{site.standby.switch_bucket}/{name}",
            partial(_not_there, site, name, effect),
        )


def _not_there(site: _Site, name: str, effect: str) -> Answer:
    _, generation = site.cloud.objects.read(site.standby.switch_bucket, name)
    if not generation:
        return "ok", "not there"
    run = site.run
    if run is not None and run.kind != "rehearse":
        if run.ended is None:
            return "ok", f"there, as {run.id} needs it"
        if run.kind == "run":
            return "failed", f"there since {run.id}, which ended {stamp(run.ended)}: {effect}"
    return "failed", f"there, though no run is under way: {effect}"


# --- Replication ---


def _lags(site: _Site) -> Iterator[Look]:
    for name, lag in sorted(site.link.lags.items()):
        yield (
            f"replication {name}",
            "docs/operations.md has each path's remedies; python -m failover plan shows what would be lost now",
            partial(_in_time, site, name, lag.rpo_minutes),
        )


def _in_time(site: _Site, name: str, rpo_minutes: int) -> Answer:
    found = lags.reading(site.link.lags[name], site.standby.project, site.cloud, site.now)
    told = found.seen if found.held else f"{found.seen}; {rpo_minutes} minutes are promised"
    return _verdict(found.held), told


def _tunnels(site: _Site) -> Iterator[Look]:
    for name, filter_ in sorted(site.link.tunnels.items()):
        yield (
            f"tunnel {name}",
            "docs/operations.md, The private link; the other tunnels carry the traffic meanwhile",
            partial(_up, site, filter_),
        )


def _up(site: _Site, filter_: str) -> Answer:
    points = site.cloud.metrics.newest(site.standby.project, filter_, lags.FRESH_MINUTES, site.now)
    if not points:
        return "unknown", f"nothing was measured within {lags.FRESH_MINUTES} minutes"
    return ("ok", "up") if all(point.value >= 1 for point in points) else ("failed", "down")


# --- What the standby must have of the primary's, and of its own ---


def _certificates(site: _Site) -> Iterator[Look]:
    for host, certificate in sorted(site.standby.certificates.items()):
        yield (
            f"certificate {host}",
            "the challenge record must resolve in the zone that is asked, and CAA must admit pki.goog: "
            "docs/operations.md, The standby's front door",
            partial(_valid, site, certificate),
        )


def _valid(site: _Site, certificate: str) -> Answer:
    state, expires = site.cloud.certificates.state(certificate)
    if not expires:
        return "failed", f"{state}, never issued"
    days = (expires - site.now) / 86_400
    told = f"{state}, {days:.0f} days left"
    return ("ok" if state == "ACTIVE" and days >= CERTIFICATE_DAYS else "failed"), told


def _parity(site: _Site) -> Iterator[Look]:
    yield (
        "images",
        "docs/operations.md, Replication of images: the copies' log has the error by name",
        partial(_images, site),
    )
    yield ("delivery", "pulumi up for the stack that is behind, with the digests of Pulumi.yaml", partial(_same, site))
    yield (
        "schema",
        "run the migration that is missing in the standby's database; sql/schema.sql lists what differs",
        partial(_schema, site),
    )


def _images(site: _Site) -> Answer:
    report = site.link.images
    if report is None:
        return "unknown", "nobody compares the registries"
    found = site.json(report)
    if found is None:
        return "unknown", f"gs://{report.bucket}/{report.object} is not there: no comparison has ended"
    missing = sorted(
        f"{repository.rsplit('/', 1)[-1]}{item.split(' ')[0]}"
        for repository, each in found["repositories"].items()
        for item in each["missing"]
    )
    if missing:
        return "failed", f"the standby lacks {_some(missing)}"
    held = sum(len(each["held"]) for each in found["repositories"].values())
    return _of_age(report, found["time"], site.now, f"{held} references are in both")


def _same(site: _Site) -> Answer:
    here, there = site.standby.delivered, site.link.delivered
    differing = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
    if differing:
        told = [f"{name} ({_short(there.get(name))}, here {_short(here.get(name))})" for name in differing]
        return "failed", f"the primary runs another {_some(told)}"
    return "ok", f"{len(here)} digests are the same"


def _schema(site: _Site) -> Answer:
    report = site.link.schema_report
    if report is None:
        return "unknown", "nobody compares the definitions"
    found = site.json(report)
    if found is None:
        return "unknown", f"gs://{report.bucket}/{report.object} is not there: no comparison has ended"
    differing = sorted(f"{row['object']} {row['problem']}" for rows in found["databases"].values() for row in rows)
    if differing:
        return "failed", _some(differing)
    if found["error"]:
        return "unknown", f"the last comparison failed: {found['error']}"
    return _of_age(report, found["at"], site.now, "the standby's definitions are the primary's")


def _of_age(report: Report, written: str, now: float, told: str) -> Answer:
    """What a report says, if it is new enough to say it of today."""
    minutes = (now - datetime.fromisoformat(written).astimezone(UTC).timestamp()) / 60
    if minutes > report.minutes:
        return "unknown", f"{told} as of {minutes:.0f} minutes ago; a comparison is due after {report.minutes}"
    return "ok", f"{told}, as of {minutes:.0f} minutes ago"


def _some(names: list[str], shown: int = 3) -> str:
    more = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def _short(digest: str | None) -> str:
    """A digest's beginning, which tells it from another."""
    return "none" if digest is None else digest.removeprefix("sha256:")[:12]
