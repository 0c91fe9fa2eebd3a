"""The primary's Vault on its way to the standby's: where its copies go, and who is told when none arrives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes import core

from components.aws import component as aws_component
from components.crosscloud.component import CrossCloudComponent
from components.gcp import component as gcp_component
from components.gcp.alarms import Alarms
from components.gcp.watch.replication import vault_copies
from components.kubernetes.vault import CA_FILE, EXPORT, GOOGLE_TOKEN_FILE, NAMESPACE, SERVICE
from components.kubernetes.vault_configuration import MOUNT
from settings.kubernetes.vault import VaultSettings
from settings.observability import Severity


@dataclass(frozen=True)
class Target:
    """Where copies go."""

    audience: pulumi.Input[str]
    """What Google calls the primary's cluster in an exchange of tokens."""

    bucket: pulumi.Input[str]
    key: pulumi.Input[str]
    """The key that the exporter can encrypt with, and the importer alone can decrypt with."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class VaultReplication(CrossCloudComponent):
    """Every secret of the primary's Vault in the standby's, within two rounds.

    The program that exports runs beside the primary's Vault, and does nothing until this tells it where to. It encrypts
    with a key of Google Cloud's that it cannot decrypt with, and replaces one object that it cannot read: pods of the
    two clusters have no way to each other over the private link, and need none. The standby's program makes its Vault
    equal to the newest object, and reports how old that is; its alarm is raised by age and by silence alike, on Google
    Cloud alone, and so with AWS dark as well. Former versions are not carried, nor anything but the applications'
    secrets: policies and roles are made by the same code in both.
    """

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: VaultSettings,
        *,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Tell the exporter where copies go; `opts` has a provider of the primary's cluster."""
        super().__init__("VaultReplication", name, aws, gcp, "restricted", opts)
        told = {
            "address": SERVICE,
            "authority": CA_FILE,
            "mount": MOUNT,
            "audience": target.audience,
            "google_token_file": GOOGLE_TOKEN_FILE,
            "bucket": target.bucket,
            "key": target.key,
        }
        core.v1.ConfigMap(
            f"{name}-target",
            metadata={"name": EXPORT, "namespace": NAMESPACE},
            data={"settings.json": pulumi.Output.json_dumps(told, sort_keys=True)},
            opts=self.child(),
        )
        Alarms(
            f"{name}-alarms",
            self.gcp,
            [vault_copies(rpo_minutes=settings.copy_rpo, quiet_minutes=3 * settings.copy_minutes)],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({})
