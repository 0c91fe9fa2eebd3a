"""Images, charts and bundles on their way from ECR to Artifact Registry: a build that copies them by digest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_aws import cloudwatch, codebuild, ec2, sqs, vpc

from components.aws import alarms as aws_alarms
from components.aws import component as aws_component
from components.aws.iam import Role, allow, deny_without_tls, document, role, service_trust
from components.aws.keys import USE
from components.aws.network import ANYWHERE
from components.aws.runner import IMAGE, interfaces
from components.aws.watch.replication import unstarted_copies
from components.crosscloud.component import CrossCloudComponent
from components.gcp import alarms as gcp_alarms
from components.gcp import component as gcp_component
from components.gcp.federation import IMAGE_RECORD
from components.gcp.watch.replication import images
from settings.observability import Severity
from settings.replication import ImageReplicationSettings

SCRIPT = Path(__file__).with_name("copy_images.py")

RETRY_SECONDS = 60 * 60
"""How long EventBridge tries to start a build: the schedule has long taken over by then."""

# EventBridge writes a text in quotes by itself.
START_ONE = '{"environmentVariablesOverride": [{"name": "REPOSITORY", "type": "PLAINTEXT", "value": <repository>}]}'

READ = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
)


@dataclass(frozen=True)
class Source:
    """Where images come from."""

    repository_urls: Mapping[str, pulumi.Input[str]]
    """ECR's repositories, by the artifact's name in the settings."""

    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Where builds run: private subnets with a way out."""

    role_name: str
    """The role that the standby admits."""

    key_arn: pulumi.Input[str]
    """The key of whatever CodeBuild keeps, and of its log."""

    queues_key_arn: pulumi.Input[str]
    """The key of the dead letters, which EventBridge may use."""

    topic_arns: Mapping[str, Mapping[Severity, pulumi.Input[str]]]
    """Topics by region and severity."""


@dataclass(frozen=True)
class Target:
    """Where they go."""

    repository_urls: Mapping[str, pulumi.Input[str]]
    """Where Artifact Registry holds each artifact."""

    audience: pulumi.Input[str]
    """The provider that takes the AWS role's identity."""

    account: pulumi.Input[str]
    """E-mail address of the service account that the role acts as."""

    record_bucket: pulumi.Input[str]
    """The bucket that gets the record of what was copied."""

    channels: Mapping[Severity, pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Notification channels by severity."""


class ImageReplication(CrossCloudComponent):
    """Everything that ECR holds of the artifacts, in the standby's registry under the same digests and tags.

    A push starts a build that copies its repository; a schedule starts one that compares all of them, because ECR
    sends events on a best effort only. Manifests without a tag are copied too: the platforms of an image, signatures
    and attestations, charts. What has the same digest at both ends is left alone, so that an interrupted copy is
    finished by the next one; nothing is ever deleted in the standby. The build is an AWS role that the standby's
    federation knows by name, so that no key exists; it can read these repositories, and write into the standby's.

    Each comparison leaves a record in the standby (an object in its bucket of logs) of what the primary holds and what
    of it is missing, which can be read with AWS dark, and a metric with the number. The alarm is the standby's: it is
    raised when for the time of the RPO no comparison ended with nothing missing, by a fault or because none came.
    Nothing of this is needed to fail over. The way back is to push to the primary what was built meanwhile: CI does,
    or crane with the ends exchanged.
    """

    project_name: pulumi.Output[str]
    """The build project, which a person may start too."""

    def __init__(
        self,
        name: str,
        aws: aws_component.Scope,
        gcp: gcp_component.Scope,
        settings: ImageReplicationSettings,
        *,
        source: Source,
        target: Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make what copies each of the source's repositories to the target's of the same name in the settings."""
        super().__init__("ImageReplication", name, aws, gcp, "internal", opts)
        self._name, self._settings, self._source, self._target = name, settings, source, target
        urls = {artifact: pulumi.Output.from_input(url) for artifact, url in source.repository_urls.items()}
        self._repositories = {artifact: url.apply(_repository) for artifact, url in urls.items()}
        project = self._project(next(iter(urls.values())).apply(_registry))
        self.project_name = project.name
        self._start(project)
        gcp_alarms.Alarms(
            f"{name}-alarms",
            gcp,
            [images(rpo_minutes=settings.rpo, quiet_minutes=settings.rpo - settings.timeout_minutes)],
            # What is watched here matters in either role.
            mode="standby",
            channel_names=target.channels,
            opts=self.child(),
        )
        self.register_outputs({"projectName": self.project_name})

    def _project(self, registry: pulumi.Output[str]) -> codebuild.Project:
        name, aws, settings, source = self._name, self.aws, self._settings, self._source
        log = cloudwatch.LogGroup(
            f"{name}-copies",
            retention_in_days=settings.log_retention_days,
            kms_key_id=source.key_arn,
            deletion_protection_enabled=aws.protect,
            opts=self.child(stateful=True),
        )
        group = ec2.SecurityGroup(
            f"{name}-copies", description="Copies of images", vpc_id=source.vpc_id, opts=self.child()
        )
        vpc.SecurityGroupEgressRule(
            f"{name}-copies-https",
            security_group_id=group.id,
            cidr_ipv4=ANYWHERE,
            description="HTTPS to AWS, to Google and to crane's releases",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=self.child(),
        )
        access = self._access(log.arn)
        return codebuild.Project(
            f"{name}-copies",
            description="Copies images to the standby",
            service_role=access.arn,
            build_timeout=settings.timeout_minutes,
            queued_timeout=settings.timeout_minutes,
            concurrent_build_limit=settings.concurrent_builds,
            encryption_key=source.key_arn,
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "ARM_CONTAINER",
                "compute_type": "BUILD_GENERAL1_SMALL",
                "image": IMAGE,
                "image_pull_credentials_type": "CODEBUILD",
                "privileged_mode": False,
            },
            logs_config={
                "cloudwatch_logs": {"status": "ENABLED", "group_name": log.name},
                "s3_logs": {"status": "DISABLED"},
            },
            source={"type": "NO_SOURCE", "buildspec": self._buildspec(registry)},
            vpc_config={
                "vpc_id": source.vpc_id,
                "subnets": source.subnet_ids,
                "security_group_ids": [group.id],
            },
            opts=self.child(depends_on=access.policies),
        )

    def _buildspec(self, registry: pulumi.Output[str]) -> pulumi.Output[str]:
        """The script and both ends, written to files: a build's variables together take some 5,500 characters.

        https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
        """
        target = self._target
        pairs = [(self._repositories[artifact], target.repository_urls[artifact]) for artifact in self._repositories]
        ends = pulumi.Output.json_dumps(
            {
                "region": self.aws.region,
                "source": registry,
                "repositories": pulumi.Output.all(*[pulumi.Output.all(*pair) for pair in pairs]).apply(dict),
                "audience": target.audience,
                "account": target.account,
                "project": self.gcp.project,
                "bucket": target.record_bucket,
                "record": IMAGE_RECORD,
            },
            indent=2,
            sort_keys=True,
        )
        return ends.apply(buildspec)

    def _access(self, log_arn: pulumi.Output[str]) -> Role:
        """The role that the standby knows: it reads these repositories, and changes nothing on AWS.

        Decryption takes no right: ECR decrypts by a grant of its own.
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
        """
        source = self._source
        arns = [
            pulumi.Output.concat(self.aws.arn("ecr", "repository/"), repository)
            for repository in self._repositories.values()
        ]
        return role(
            f"{self._name}-copies",
            service_trust("codebuild.amazonaws.com", self.aws.account_id),
            self,
            role_name=source.role_name,
            description="Copies images to the standby",
            inline={
                "build": [
                    allow(
                        ["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.Output.concat(log_arn, ":*"), sid="Log"
                    ),
                    allow(USE, source.key_arn, sid="Key"),
                    *interfaces(self.aws, source.subnet_ids),
                ],
                "images": [
                    # A login is for the whole registry: AWS has no resource-level permission for it.
                    allow(["ecr:GetAuthorizationToken"], "*", sid="LogIn"),
                    allow(READ, arns, sid="Read"),
                ],
            },
        )

    def _start(self, project: codebuild.Project) -> None:
        """What starts builds: pushes, for one repository, and the schedule, for all."""
        name, settings = self._name, self._settings
        starter = role(
            f"{name}-starter",
            service_trust("events.amazonaws.com", self.aws.account_id),
            self,
            description="EventBridge starts copies of images",
            inline={"start": [allow(["codebuild:StartBuild"], project.arn)]},
        )
        pushed = cloudwatch.EventRule(
            f"{name}-pushed",
            description="A push to a repository that the standby has a copy of",
            event_pattern=pulumi.Output.json_dumps(
                {
                    "source": ["aws.ecr"],
                    "detail-type": ["ECR Image Action"],
                    "detail": {
                        "action-type": ["PUSH"],
                        "result": ["SUCCESS"],
                        "repository-name": list(self._repositories.values()),
                    },
                },
                sort_keys=True,
            ),
            opts=self.child(),
        )
        all_of_them = cloudwatch.EventRule(
            f"{name}-comparison",
            description="Comparison of all repositories with the standby's",
            schedule_expression=f"rate({settings.interval_minutes} minutes)",
            opts=self.child(),
        )
        unstarted = self._dead_letters([pushed, all_of_them])
        one: cloudwatch.EventTargetInputTransformerArgsDict = {
            "input_paths": {"repository": "$.detail.repository-name"},
            "input_template": START_ONE,
        }
        for rule_name, rule, transformer in (("pushed", pushed, one), ("comparison", all_of_them, None)):
            cloudwatch.EventTarget(
                f"{name}-{rule_name}",
                rule=rule.name,
                arn=project.arn,
                role_arn=starter.arn,
                input_transformer=transformer,
                retry_policy={"maximum_event_age_in_seconds": RETRY_SECONDS, "maximum_retry_attempts": 185},
                dead_letter_config={"arn": unstarted},
                opts=self.child(depends_on=starter.policies),
            )

    def _dead_letters(self, rules: Sequence[cloudwatch.EventRule]) -> pulumi.Output[str]:
        """ARN of the queue that gets events no build was started for, once EventBridge may send there."""
        name, source = self._name, self._source
        queue = sqs.Queue(
            f"{name}-unstarted",
            kms_master_key_id=source.queues_key_arn,
            message_retention_seconds=14 * 24 * 60 * 60,
            opts=self.child(),
        )
        policy = sqs.QueuePolicy(
            f"{name}-unstarted",
            queue_url=queue.url,
            policy=document(
                allow(
                    ["sqs:SendMessage"],
                    queue.arn,
                    sid="UnstartedCopies",
                    principal={"Service": "events.amazonaws.com"},
                    conditions={"ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules]}},
                ),
                deny_without_tls(["sqs:*"], queue.arn),
            ),
            opts=self.child(),
        )
        aws_alarms.Alarms(
            f"{name}-starts",
            self.aws,
            [unstarted_copies(queue.name)],
            topic_arns=source.topic_arns,
            anomaly_detection=False,
            composite_prefix=f"{self.aws.tags.service}-{self.aws.tags.environment}-{name}",
            opts=self.child(),
        )
        return pulumi.Output.all(queue.arn, policy.id).apply(lambda known: known[0])


def buildspec(ends: str) -> str:
    """What a build does, by the content of ends.json."""
    commands = [
        f"cat > copy_images.py <<'END'\n{SCRIPT.read_text()}END",
        f"cat > ends.json <<'END'\n{ends}\nEND",
        "python3 copy_images.py ends.json",
    ]
    return json.dumps({"version": 0.2, "phases": {"build": {"commands": commands}}})


def _registry(url: str) -> str:
    return url.partition("/")[0]


def _repository(url: str) -> str:
    return url.partition("/")[2]
