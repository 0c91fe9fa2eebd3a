"""X-Ray: which requests are traced, what is grouped, and which key encrypts it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import xray

from components.aws.component import AwsComponent, Scope
from settings.observability import TracingSettings

# https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
GROUPS: Mapping[str, str] = {
    "faults": "fault = true OR error = true",
    "slow": "responsetime > 2",
}


@dataclass(frozen=True)
class Sampling:
    """A rule's place in the order, the paths it is for, and how much of them is traced."""

    priority: int
    url_path: str
    per_second: int
    percent: int | None
    """A share beyond `per_second`; None for the setting's."""


# Lower priorities are asked first; X-Ray's own default rule comes last, at 10000.
SAMPLING: Mapping[str, Sampling] = {
    "health": Sampling(100, "*/healthz*", 0, 0),
    "requests": Sampling(1000, "*", 1, None),
}


class Tracing(AwsComponent):
    """Groups for faults and slow answers, with insights that notice when faults rise, and sampling for all services.

    Health checks are not traced. The encryption of traces is one setting of the account's region, not of a resource:
    `encrypt_account` leaves it to whoever owns the account. Instrumentation is the applications' own.
    """

    group_arns: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: TracingSettings,
        *,
        prefix: str,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make groups and rules, whose names start with `prefix`."""
        super().__init__("Tracing", name, scope, "internal", opts)
        child = self.child()
        if settings.encrypt_account:
            xray.EncryptionConfig(f"{name}-account", type="KMS", key_id=key_arn, opts=child)
        self.group_arns = {
            group: xray.Group(
                f"{name}-{group}",
                group_name=_short(prefix, group),
                filter_expression=expression,
                insights_configuration={"insights_enabled": True, "notifications_enabled": True},
                opts=child,
            ).arn
            for group, expression in GROUPS.items()
        }
        for rule, sampling in SAMPLING.items():
            percent = settings.sampled_percent if sampling.percent is None else sampling.percent
            xray.SamplingRule(
                f"{name}-{rule}",
                rule_name=_short(prefix, rule),
                priority=sampling.priority,
                version=1,
                reservoir_size=sampling.per_second,
                fixed_rate=percent / 100,
                host="*",
                http_method="*",
                resource_arn="*",
                service_name="*",
                service_type="*",
                url_path=sampling.url_path,
                opts=child,
            )
        self.register_outputs({"groupArns": self.group_arns})


def _short(prefix: str, suffix: str) -> str:
    """A name of at most 32 characters, which is all that X-Ray takes."""
    return f"{prefix[: 31 - len(suffix)]}-{suffix}"
