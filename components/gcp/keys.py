"""Customer-managed Cloud KMS keys, one for each kind of data, and which services may use each."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import kms

from components.gcp.component import GcpComponent, Scope, granted
from components.tags import DataClass
from settings.gcp.keys import KeySettings

DAY = 24 * 60 * 60
USE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


@dataclass(frozen=True)
class KeyUse:
    """What a key encrypts, and which of Google's services use it."""

    data_class: DataClass
    services: tuple[str, ...]
    """The services whose accounts encrypt and decrypt with it, by the first part of the API's name."""

    location: str | None = None
    """Where the key is kept, if not in the scope's region: a resource takes keys of its own location only."""


class Keys(GcpComponent):
    """Symmetric keys in a ring for each class of data; they rotate, and their destruction can be undone for weeks.

    Only the named services may use a key, each through its own account: whoever reads what a service has encrypted
    needs rights with that service, none with the key. Rings and keys can never be deleted: their names are automatic.
    """

    ids: dict[str, pulumi.Output[str]]
    """Full name by the key's name, known only once its services may use it: who takes it needs no `depends_on`."""

    names: dict[str, pulumi.Output[str]]
    """The same without waiting, for those who only talk about keys."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: KeySettings,
        uses: Mapping[str, KeyUse],
        *,
        members: Mapping[str, pulumi.Output[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the keys of `uses`; `members` are the services' accounts."""
        super().__init__("Keys", name, scope, "restricted", opts)
        self.ids, self.names = {}, {}
        rings: dict[tuple[DataClass, str], kms.KeyRing] = {}
        for use_name, use in uses.items():
            location = use.location or scope.region
            place = (use.data_class, location)
            if place not in rings:
                suffix = use.data_class if location == scope.region else f"{use.data_class}-{location}"
                rings[place] = kms.KeyRing(f"{name}-{suffix}", location=location, opts=self.child(stateful=True))
            key = kms.CryptoKey(
                f"{name}-{use_name}",
                key_ring=rings[place].id,
                purpose="ENCRYPT_DECRYPT",
                rotation_period=f"{settings.rotation_days * DAY}s",
                destroy_scheduled_duration=f"{settings.destruction_days * DAY}s",
                version_template={"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protection_level": settings.protection},
                labels=scope.tags.of(use.data_class),
                opts=self.child(stateful=True),
            )
            grants = [
                kms.CryptoKeyIAMMember(
                    f"{name}-{use_name}-{service}",
                    crypto_key_id=key.id,
                    role=USE,
                    member=members[service],
                    opts=self.child(),
                )
                for service in use.services
            ]
            self.names[use_name] = key.id
            self.ids[use_name] = granted(key.id, *grants)
        self.register_outputs({"ids": self.ids})
