"""Settings of Vault, of which each cluster has one."""

from typing import Annotated, Literal

from pydantic import ValidationInfo, field_validator

from settings.types import Model, Refusal, between, distinct, matching, one_of

EXPORTER = "system:serviceaccount:vault:vault-export"
"""Who copies the primary's secrets, as the tokens of its cluster name him."""

COPY_PERIODS = (5, 10, 15, 20, 30)
SNAPSHOT_PERIODS = (1, 2, 3, 4, 6, 8, 12, 24)

PgpKey = Annotated[
    str,
    *matching(
        r"[A-Za-z0-9+/]{200,20000}={0,2}",
        "Vault could encrypt no recovery key with it",
        "write what `gpg --export <holder> | base64 -w0` prints",
    ),
]


class VaultSettings(Model):
    """Vault, configured the same in both clusters."""

    replicas: Literal[3, 5] = 5
    """Servers: a majority must agree on each write, so that 3 outlive the loss of one and 5 the loss of two."""

    data_gib: Annotated[int, *between(5, 1000, "a full disk stops Vault, and it holds secrets, no files")] = 10
    """Disk of each server in GiB, for its data; to change it takes steps by hand first (docs/operations.md)."""

    audit_gib: Annotated[int, *between(2, 1000, "less than two files of the audit log would fit")] = 10
    """Disk of each server in GiB, for two files of its audit log; to change it takes the same steps."""

    recovery_shares: Annotated[int, *between(1, 20, "more people than that cannot be found in an emergency")] = 5
    """Recovery keys: together they make a new root token, should all other ways in be lost. Told once, when Vault is
    initialised."""

    recovery_threshold: Annotated[int, *between(1, 20, "more people than that cannot be found in an emergency")] = 3
    """How many of them it takes."""

    recovery_pgp_keys: Annotated[tuple[PgpKey, ...], distinct("one holder would have two recovery keys")] = ()
    """Public keys of the recovery keys' holders, one for each, in base64: whoever reads the cloud's secret store then
    learns nothing. Without any, the store's own access rules alone protect the recovery keys."""

    configure_minutes: Annotated[
        int,
        *one_of(COPY_PERIODS, "the schedule counts from each full hour", "use one of 5, 10, 15, 20, 30 minutes"),
    ] = 10
    """Minutes between two rounds that make Vault what the settings say; the first one initialises it."""

    snapshot_hours: Annotated[
        int,
        *one_of(SNAPSHOT_PERIODS, "the schedule counts from midnight", "use one of 1, 2, 3, 4, 6, 8, 12, 24 hours"),
    ] = 1
    """Hours between two snapshots into the cloud's own bucket of backups."""

    copy_minutes: Annotated[
        int,
        *one_of(COPY_PERIODS, "the schedule counts from each full hour", "use one of 5, 10, 15, 20, 30 minutes"),
    ] = 5
    """Minutes between two copies of the primary's secrets, and between two looks of the standby for a new one."""

    copy_rpo: Annotated[int, *between(30, 24 * 60, "no copy can promise less, and a day is long for a secret")] = 30
    """Recovery-point objective in minutes: for how long at most the standby's Vault may have old values."""

    @field_validator("recovery_threshold")
    @classmethod
    def _enough_shares(cls, threshold: int, info: ValidationInfo) -> int:
        shares = info.data.get("recovery_shares", threshold)
        if threshold > shares or (threshold == 1 and shares > 1):
            raise Refusal(
                f"Vault makes {shares} recovery keys, of which it takes no {threshold}",
                f"use 2 to {shares}, or one recovery key alone",
            )
        return threshold

    @field_validator("recovery_pgp_keys")
    @classmethod
    def _one_each(cls, keys: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        shares = info.data.get("recovery_shares", len(keys))
        if keys and len(keys) != shares:
            raise Refusal(
                f"Vault refuses to initialise: there are {shares} recovery keys, each for one holder",
                f"give {shares} keys, or none",
            )
        return keys

    @field_validator("copy_rpo")
    @classmethod
    def _copies_can_keep_it(cls, rpo: int, info: ValidationInfo) -> int:
        least = 6 * info.data.get("copy_minutes", 0)
        if rpo < least:
            raise Refusal(
                "a value takes two rounds, and three may fail before people are told: its alarm would come and go",
                f"use {least} or more, or copy more often",
            )
        return rpo
