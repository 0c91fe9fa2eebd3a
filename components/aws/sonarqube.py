"""SonarQube's secrets, which External Secrets hands to its namespace."""

from collections.abc import Mapping
from typing import Any, Literal

import pulumi

from components.aws.component import AwsComponent, Scope
from components.aws.secrets import generated_secret

SonarQubeSecret = Literal["admin", "database", "monitoring"]

PLAIN: Mapping[str, Any] = {"PasswordLength": 64, "ExcludePunctuation": True}

# SonarQube refuses a password of a user without a special character, and takes at most 72 bytes of one.
SPECIAL: Mapping[str, Any] = {
    "PasswordLength": 40,
    "ExcludeCharacters": "\"'\\`$",
    "RequireEachIncludedType": True,
}

SECRETS: Mapping[SonarQubeSecret, tuple[str, Mapping[str, Any]]] = {
    "admin": ("Password of SonarQube's own administrator", SPECIAL),
    "database": ("Password of SonarQube's login at its database", PLAIN),
    "monitoring": ("Passcode by which SonarQube tells its health and metrics", PLAIN),
}
"""A description of each secret, and what AWS makes its first value from."""


class SonarQubeSecrets(AwsComponent):
    """The secrets `<prefix>/sonarqube/<name>`; neither the program nor its state ever holds a value.

    The standby gets no copies: SonarQube does not run there.
    """

    arns: dict[SonarQubeSecret, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        prefix: str,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("SonarQubeSecrets", name, scope, "restricted", opts)
        self.arns = {
            secret: generated_secret(
                self,
                f"{name}-{secret}",
                secret_name=f"{prefix}/sonarqube/{secret}",
                description=description,
                generate=generate,
                key_arn=key_arn,
            )
            for secret, (description, generate) in SECRETS.items()
        }
        self.register_outputs({"arns": self.arns})
