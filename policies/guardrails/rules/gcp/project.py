"""What a project has once: its audit log, its guards, its metadata."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, Setting
from guardrails.subject import Node

LOG_TYPES = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")

RELAXED: Mapping[str, Setting] = {
    "relaxedConstraints": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "Constraints that a project may be let out of, such as storage.publicAccessPrevention.",
    }
}


def _audited(config: Node) -> Iterator[Finding]:
    # What one service records is added to this; only the configuration of all services can be incomplete.
    if config.text("service") != "allServices":
        return
    logs = list(config.items("auditLogConfigs", whole=True))
    missing = set(LOG_TYPES) - {log.text("logType") for log in logs}
    if missing:
        yield Finding("auditLogConfigs", f"lacks {', '.join(sorted(missing))}")
    for log in logs:
        if log.has("exemptedMembers"):
            yield Finding(log.at("exemptedMembers"), "leaves out what some members do")


def _relaxed(policy: Node) -> Iterator[Finding]:
    if policy.text("name").rsplit("/", 1)[-1] in policy.choices("relaxedConstraints"):
        return
    for rule in policy.items("spec.rules"):
        if rule.has("enforce") and not rule.flag("enforce"):
            yield Finding(rule.at("enforce"), "is off")
        if rule.flag("allowAll"):
            yield Finding(rule.at("allowAll"), "allows everything")


def _os_login(item: Node) -> Iterator[Finding]:
    if item.text("key") == "enable-oslogin" and item.text("value").upper() != "TRUE":
        yield Finding("value", "turns OS Login off")


RULES = (
    ResourceRule(
        id="gcp-project-audit-log-complete",
        types=("gcp:projects/iAMAuditConfig:IAMAuditConfig",),
        severity=Severity.HIGH,
        description="The audit log records reads and writes of every service, by everybody.",
        why="After a theft nobody could say what was read, nor by whom.",
        remedy="Give audit_log_configs ADMIN_READ, DATA_READ and DATA_WRITE, each without exempted_members.",
        check=_audited,
    ),
    ResourceRule(
        id="gcp-project-guards-enforced",
        types=("gcp:orgpolicy/policy:Policy",),
        severity=Severity.MEDIUM,
        description="Organisation policies are not relaxed.",
        why="A project that is let out of a constraint undoes what its organisation decided for all.",
        remedy='Set enforce to "TRUE" or name the allowed values; name a lawful exception in relaxedConstraints.',
        settings=RELAXED,
        check=_relaxed,
    ),
    ResourceRule(
        id="gcp-project-os-login",
        types=("gcp:compute/projectMetadataItem:ProjectMetadataItem",),
        severity=Severity.MEDIUM,
        description="Machines take logins by IAM.",
        why="Keys in metadata outlive the people they belong to.",
        remedy='Set the metadata item enable-oslogin to "TRUE".',
        check=_os_login,
    ),
)
