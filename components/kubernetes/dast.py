"""OWASP ZAP: looks at the platform from outside, by schedule, and keeps what it found in a bucket."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes import batch, core

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.kubernetes.namespace import Namespace, address_peer
from settings.kubernetes.dast import DastSettings

NAMESPACE = SERVICE_ACCOUNT = "zap"

# What is public by definition: not the platform's own networks, not a node's metadata.
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")

RULES, WORK = "/scan", "/zap/wrk"
WRITABLE = {"home": "/home/zap", "work": WORK, "temporary": "/tmp"}
"""What ZAP writes to, by volume; the rest of its image is read-only."""

MEMORY_MIB, HEAP_MIB = 2048, 1280
"""What the pod gets, and what ZAP may take of it: by itself it takes a quarter of the node's."""

DEADLINE_SECONDS = 2 * 60 * 60

# Without `-silent` ZAP fetches newer rules: they come with a newer image. Findings fail the run by its exit code,
# https://www.zaproxy.org/docs/docker/baseline-scan/, after the reports are sent.
SCAN = f"""\
set -uo pipefail
/zap/zap-baseline.py -t "$TARGET" -m "$SPIDER_MINUTES" -T 30 -I -c {RULES}/rules.conf \\
    -r report.html -J report.json -z "-silent -Xmx{HEAP_MIB}m"
result=$?
at=$(date -u +%Y/%m/%d/%H%M%S)
for report in report.html report.json; do
    aws s3api put-object --bucket "$BUCKET" --key "$PREFIX/$at/$report" --body "{WORK}/$report" || result=3
done
exit "$result"
"""

FOUND = 1
"""The exit code when a rule that fails the run found something: another attempt would find it again."""


@dataclass(frozen=True)
class Reports:
    """Where reports go."""

    region: str
    bucket: pulumi.Input[str]
    prefix: str


class DynamicScan(KubernetesComponent):
    """ZAP's baseline scan of one URL: it follows links and looks at answers, and sends nothing that attacks.

    The job runs under the restricted standard, without a token of the API server, reaches public addresses by HTTPS
    alone, and may do nothing in its cloud but write below the reports' prefix. A run fails when one of the chosen
    rules found something, or when there is no report; whatever counts failed jobs tells people.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: DastSettings,
        *,
        target: str,
        service_account: pulumi.Input[str],
        reports: Reports,
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Schedule it; `priority` is the name of a class.

        `service_account` is the name of its own, known once its pods get their rights.
        """
        super().__init__("DynamicScan", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out("to-public-https", [address_peer("0.0.0.0/0", *PRIVATE)], [443])
        account = core.v1.ServiceAccount(
            f"{name}-account",
            metadata={"name": service_account, "namespace": place.namespace},
            automount_service_account_token=False,
            opts=self.child(),
        )
        scan = core.v1.ConfigMap(
            f"{name}-scan",
            metadata={"name": "scan", "namespace": place.namespace},
            data={
                "scan.sh": SCAN,
                "rules.conf": "".join(f"{rule}\tFAIL\t(fails the run)\n" for rule in settings.failing_rules),
            },
            opts=self.child(),
        )
        batch.v1.CronJob(
            f"{name}-job",
            metadata={"name": "baseline", "namespace": place.namespace},
            spec={
                "schedule": settings.schedule,
                "time_zone": "Etc/UTC",
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": 3600,
                "successful_jobs_history_limit": 3,
                "failed_jobs_history_limit": 3,
                "job_template": {"spec": self._job(settings, target, account, scan, reports, priority)},
            },
            opts=self.child(),
        )
        self.register_outputs({})

    def _job(
        self,
        settings: DastSettings,
        target: str,
        account: core.v1.ServiceAccount,
        scan: core.v1.ConfigMap,
        reports: Reports,
        priority: pulumi.Input[str],
    ) -> batch.v1.JobSpecArgsDict:
        commands: core.v1.VolumeArgsDict = {"name": "scan", "config_map": {"name": name_of(scan.metadata)}}
        writable: list[core.v1.VolumeArgsDict] = [
            {"name": volume, "empty_dir": {"size_limit": "1Gi"}} for volume in WRITABLE
        ]
        return {
            "active_deadline_seconds": DEADLINE_SECONDS,
            "backoff_limit": 2,
            "pod_failure_policy": {
                "rules": [
                    {"action": "Ignore", "on_pod_conditions": [{"type": "DisruptionTarget", "status": "True"}]},
                    {
                        "action": "FailJob",
                        "on_exit_codes": {"container_name": "zap", "operator": "In", "values": [FOUND]},
                    },
                ]
            },
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": "zap"}},
                "spec": {
                    "restart_policy": "Never",
                    "priority_class_name": priority,
                    "service_account_name": name_of(account.metadata),
                    "automount_service_account_token": False,
                    "enable_service_links": False,
                    "security_context": {
                        "run_as_non_root": True,
                        "run_as_user": 1000,
                        "run_as_group": 1000,
                        "fs_group": 1000,
                        "seccomp_profile": {"type": "RuntimeDefault"},
                    },
                    "containers": [self._container(settings, target, reports)],
                    "volumes": [commands, *writable],
                },
            },
        }

    def _container(self, settings: DastSettings, target: str, reports: Reports) -> core.v1.ContainerArgsDict:
        environment: dict[str, pulumi.Input[str]] = {
            "TARGET": target,
            "SPIDER_MINUTES": str(settings.spider_minutes),
            "BUCKET": reports.bucket,
            "PREFIX": reports.prefix,
            "AWS_DEFAULT_REGION": reports.region,
        }
        env: list[core.v1.EnvVarArgsDict] = [{"name": key, "value": value} for key, value in environment.items()]
        commands: core.v1.VolumeMountArgsDict = {"name": "scan", "mount_path": RULES, "read_only": True}
        writable: list[core.v1.VolumeMountArgsDict] = [
            {"name": volume, "mount_path": path} for volume, path in WRITABLE.items()
        ]
        return {
            "name": "zap",
            "image": self.scope.vendor.reference("zap"),
            "command": ["/bin/bash", f"{RULES}/scan.sh"],
            "env": env,
            "security_context": {
                "allow_privilege_escalation": False,
                "capabilities": {"drop": ["ALL"]},
                "read_only_root_filesystem": True,
            },
            "resources": {
                "requests": {"cpu": "500m", "memory": f"{MEMORY_MIB}Mi"},
                "limits": {"memory": f"{MEMORY_MIB}Mi"},
            },
            "volume_mounts": [commands, *writable],
        }
