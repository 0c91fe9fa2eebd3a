"""AWS Backup."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.rules.aws.protection import THROW_AWAY
from guardrails.subject import Stack, stack_of

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


def _locked(stack: Stack) -> Iterator[Finding]:
    locked = {urn for lock in stack.of_type(LOCK) for urn in lock.references("backupVaultName")}
    for vault in stack.of_type(VAULT):
        if vault.urn not in locked and stack_of(vault.urn) not in vault.choices("throwAwayStacks"):
            yield Finding("", "has no lock", vault)


RULES = (
    ResourceRule(
        id="aws-backup-vault-encrypted-with-cmk",
        types=(VAULT,),
        severity=Severity.HIGH,
        description="Backup vaults are encrypted with a customer-managed key.",
        why="A backup is a whole copy of the data, and who may decrypt it should be a key's policy to say.",
        remedy="Set kms_key_arn to a key of the vault's region.",
        check=present("kmsKeyArn"),
    ),
    StackRule(
        id="aws-backup-vault-locked",
        types=(VAULT, LOCK),
        severity=Severity.HIGH,
        description="Backup vaults are locked.",
        why="Whoever takes over an account deletes the backups first.",
        remedy="Add a backup.VaultLockConfiguration; in a stack meant to be destroyed, configure throwAwayStacks.",
        settings=THROW_AWAY,
        check=_locked,
    ),
)
