"""Secrets of what runs in the cluster beside the applications, such as a console's administrator."""

from collections.abc import Mapping

import pulumi

from components.aws.component import AwsComponent, Scope
from components.aws.secrets import generated_secret


class ConsoleSecrets(AwsComponent):
    """Secrets whose first value AWS generates; External Secrets hands them to the one namespace that asks for them.

    What another party issues, such as a client's secret for single sign-on, is put in its place by a person. The
    standby gets no copies: it has consoles of its cloud.
    """

    arns: dict[str, pulumi.Output[str]]
    """ARN by the secret's name here."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        secrets: Mapping[str, str],
        prefix: str,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secrets `<prefix>/consoles/<name>`; `secrets` holds a description of each by name."""
        super().__init__("ConsoleSecrets", name, scope, "restricted", opts)
        self.arns = {
            secret: generated_secret(
                self,
                f"{name}-{secret}",
                secret_name=f"{prefix}/consoles/{secret}",
                description=description,
                generate={"PasswordLength": 64, "ExcludePunctuation": True},
                key_arn=key_arn,
            )
            for secret, description in secrets.items()
        }
        self.register_outputs({"arns": self.arns})
