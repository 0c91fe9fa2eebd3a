"""A canary that asks for a page of the front door from outside, as a user would."""

import hashlib

import pulumi
from pulumi_aws import s3, synthetics

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, role, service_trust
from settings.observability import CanarySettings

# Without Synthetics' own library, whose module names change between runtimes: a run fails if the handler throws.
SCRIPT = """\
const https = require("https");

exports.handler = () => new Promise((resolve, reject) => {
  const request = https.get(process.env.TARGET_URL, { timeout: 10000 }, (response) => {
    response.resume();
    if (response.statusCode === 200) resolve("answered");
    else reject(new Error(`status ${response.statusCode}`));
  });
  request.on("timeout", () => request.destroy(new Error("no answer within 10 seconds")));
  request.on("error", reject);
});
"""


class Canary(AwsComponent):
    """A script that fails unless the front door answers with status 200 over TLS, and the role it runs by.

    It runs outside the VPC, so it sees what users see. Its reports are encrypted. Synthetics names the log group of the
    function behind it, so that group has AWS's own encryption.
    """

    canary_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: CanarySettings,
        *,
        url: str,
        artifact_bucket: pulumi.Input[str],
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the canary; script and reports lie under `canary/` in the bucket, under the key."""
        super().__init__("Canary", name, scope, "internal", opts)
        bucket_arn = pulumi.Output.concat("arn:aws:s3:::", artifact_bucket)
        runner = role(
            f"{name}-runner",
            service_trust("lambda.amazonaws.com"),
            self,
            description="Runs the front door's canary",
            inline={
                "reports": [
                    allow(["s3:GetObject", "s3:PutObject"], pulumi.Output.concat(bucket_arn, "/canary/*")),
                    allow(["s3:GetBucketLocation"], bucket_arn),
                    allow(["kms:Decrypt", "kms:GenerateDataKey"], key_arn),
                    allow(
                        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                        scope.arn("logs", "log-group:/aws/lambda/cwsyn-*"),
                    ),
                    # None of the three takes a resource; the namespace narrows the metrics.
                    allow(
                        ["cloudwatch:PutMetricData"],
                        "*",
                        conditions={"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
                    ),
                    allow(["s3:ListAllMyBuckets", "xray:PutTraceSegments"], "*"),
                ]
            },
        )
        script = s3.BucketObject(
            f"{name}-script",
            bucket=artifact_bucket,
            # Another script is another object, which is what updates the canary.
            key=f"canary/{hashlib.sha256(SCRIPT.encode()).hexdigest()[:16]}.zip",
            source=pulumi.AssetArchive({"nodejs/node_modules/index.js": pulumi.StringAsset(SCRIPT)}),
            kms_key_id=key_arn,
            server_side_encryption="aws:kms",
            opts=self.child(),
        )
        made = synthetics.Canary(
            f"{name}-front",
            artifact_s3_location=pulumi.Output.concat("s3://", artifact_bucket, "/canary/reports"),
            artifact_config={"s3_encryption": {"encryption_mode": "SSE_KMS", "kms_key_arn": key_arn}},
            kms_key_arn=key_arn,
            execution_role_arn=runner.arn,
            handler="index.handler",
            runtime_version=settings.runtime,
            s3_bucket=script.bucket,
            s3_key=script.key,
            schedule={"expression": f"rate({settings.interval_minutes} minute{'s' * (settings.interval_minutes > 1)})"},
            run_config={
                "timeout_in_seconds": 30,
                "active_tracing": True,
                "environment_variables": {"TARGET_URL": url},
            },
            start_canary=True,
            delete_lambda=True,
            success_retention_period=31,
            failure_retention_period=93,
            opts=self.child(depends_on=runner.policies),
        )
        self.canary_name = made.name
        self.register_outputs({"canaryName": self.canary_name})
