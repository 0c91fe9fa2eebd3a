"""Experiments with faults: each says what it expects, when it stops by itself, how far it reaches and when it runs."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.types import Label, Model, Refusal, WeeklyWindow, between, matching, minutes_of_week
from settings.workloads import WorkloadName, WorkloadSettings

Fault = Literal["pod-kill", "network-delay", "network-loss", "cpu-stress", "http-delay", "http-abort"]

OF_REQUESTS: frozenset[Fault] = frozenset({"http-delay", "http-abort"})
"""Faults that hit requests of other workloads, and no pods."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Promise = Literal["availability", "latency"]

Moment = Annotated[
    str,
    *matching(
        r"(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d",
        "no schedule starts at such a time",
        'write a day and a UTC time in quotes, such as "tue:10:00"',
    ),
]
"""A minute of the week, UTC."""


class ObjectiveOfExperiment(Model):
    """The promise that the hypothesis is about."""

    workload: WorkloadName
    """Whose promise it is."""

    promise: Promise
    """Which one."""


class ExperimentSettings(Model):
    """One experiment, once a week."""

    hypothesis: Annotated[str, Field(min_length=20, max_length=300)]
    """What is expected to hold, in a sentence: what cannot be wrong teaches nothing."""

    slo: ObjectiveOfExperiment
    """The objective that must be kept meanwhile."""

    abort_burn_rate: Annotated[
        float, *between(1, 50, "below 1 it would end in the best of times, and above 50 when the day's margin is gone")
    ]
    """How many times as fast as planned the objective's error budget may burn over five minutes before the fault is
    taken back."""

    target: WorkloadName
    """Whose pods are hit."""

    fault: Fault
    """What happens to them, or to requests of other workloads: those wait for half a second, or are answered 503."""

    max_pods_percent: Annotated[
        int, *between(1, 50, "with more than half of its pods gone a workload fails, which is known beforehand")
    ]
    """The most of the workload's pods that are hit, in percent: a whole number of pods, rounded down. Of requests it is
    the share that is hit."""

    starts: Moment
    """When it begins, each week."""

    duration_minutes: Annotated[
        int, *between(5, 60, "what five minutes do not show nobody sees, and an hour is an outage")
    ]
    """For how long the fault lasts."""

    @property
    def cron(self) -> str:
        """When it begins, in cron's words, which count days from Sunday."""
        day, hour, minute = self.starts.split(":")
        return f"{int(minute)} {int(hour)} * * {(DAYS.index(day) + 1) % 7}"

    def pods_hit(self, running: int) -> int:
        """How many pods it may hit of those that run."""
        return self.max_pods_percent * running // 100


class ChaosSettings(Model):
    """Chaos engineering: faults of pods and requests in both clusters, of networks and processors in the primary's."""

    enabled: bool = False
    """Whether the experiments, and what makes the faults, are there at all; what does so may do nearly anything to a
    node."""

    window: WeeklyWindow | None = None
    """The only time of the week, UTC, in which a production environment takes faults, such as
    "tue:09:00-tue:12:00"; without one it takes none."""

    experiments: Annotated[
        Mapping[Annotated[Label, Field(max_length=52)], ExperimentSettings], Field(default_factory=dict)
    ]
    """The experiments by name, which Kubernetes takes for a CronJob up to 52 characters."""

    @model_validator(mode="after")
    def _experiments_stay_in_the_window(self) -> Self:
        open_minutes = minutes_of_week(self.window) if self.window else None
        for name, experiment in self.experiments.items():
            taken = minutes_of(experiment)
            if open_minutes is not None and not taken <= open_minutes:
                raise Refusal(
                    f"it would run outside of the window {self.window}",
                    "move or shorten it",
                    at=("experiments", name, "starts"),
                )
            for other, settings in self.experiments.items():
                if other < name and taken & minutes_of(settings):
                    raise Refusal(
                        f"{other} runs then, and nobody could tell which of the two faults did it",
                        "move one of them",
                        at=("experiments", name, "starts"),
                    )
        return self

    def check(self, workloads: Mapping[str, WorkloadSettings], environment: str) -> None:
        """Refuse faults in production without a window, and experiments that hit or judge nothing."""
        if self.enabled and environment == "production" and self.window is None:
            raise Refusal(
                "production would take faults at any time",
                "give a window in which people are there to watch",
                at=("window",),
            )
        for name, experiment in self.experiments.items():
            named = {("target",): experiment.target, ("slo", "workload"): experiment.slo.workload}
            for part, workload in named.items():
                if workload not in workloads:
                    raise Refusal(
                        f"nothing runs under the name {workload}",
                        f"name one of {', '.join(workloads)}",
                        at=("experiments", name, *part),
                    )
            if experiment.fault in OF_REQUESTS:
                if not any(experiment.target in caller.calls for caller in workloads.values()):
                    raise Refusal(
                        f"no workload calls {experiment.target}, so that no request is hit",
                        "name one that others call, or another fault",
                        at=("experiments", name, "target"),
                    )
                continue
            pods = workloads[experiment.target].replicas.active.minimum
            if not experiment.pods_hit(pods):
                raise Refusal(
                    f"{experiment.target} runs {pods} pods at least, and this share of them is none",
                    f"use {-(-100 // pods)} or more",
                    at=("experiments", name, "max_pods_percent"),
                )


def minutes_of(experiment: ExperimentSettings) -> frozenset[int]:
    """The minutes of the week, from Monday 00:00 UTC, in which it runs."""
    day, hour, minute = experiment.starts.split(":")
    start = (DAYS.index(day) * 24 + int(hour)) * 60 + int(minute)
    return frozenset((start + offset) % (7 * 24 * 60) for offset in range(experiment.duration_minutes))
