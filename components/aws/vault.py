"""What Vault in the cluster needs of AWS: the key that opens it, and a place for its recovery keys."""

import pulumi
from pulumi_aws import secretsmanager

from components.aws.component import AwsComponent, Scope


class Vault(AwsComponent):
    """A secret without a value: the cluster's own program puts the recovery keys there when it initialises Vault.

    Its name starts with nothing that External Secrets may read, so that no namespace can ask for it.
    """

    key_arn: pulumi.Input[str]
    """The key that opens Vault: whoever loses it loses what Vault holds, snapshots included."""

    recovery_secret_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        prefix: str,
        key_arn: pulumi.Input[str],
        secrets_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secret, called `<prefix>-vault/recovery-keys`."""
        super().__init__("Vault", name, scope, "restricted", opts)
        self.key_arn = key_arn
        self.recovery_secret_arn = secretsmanager.Secret(
            f"{name}-recovery",
            name=f"{prefix}-vault/recovery-keys",
            description="Recovery keys of Vault, put here by the program that initialises it",
            kms_key_id=secrets_key_arn,
            recovery_window_in_days=30 if scope.protect else 7,
            opts=self.child(stateful=True),
        ).arn
        self.register_outputs({"recoverySecretArn": self.recovery_secret_arn})
