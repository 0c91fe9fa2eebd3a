"""Objects that Cloud CDN serves to holders of signed URLs, from a bucket that nobody else can read."""

import pulumi
from pulumi_gcp import compute, storage

from components.gcp.component import GcpComponent, Scope
from components.gcp.load_balancer import SECURITY_HEADERS
from components.gcp.web_firewall import FORBIDDEN, everybody

# How long an object may be served after the bucket lost or replaced it.
SIGNED_SECONDS = 3600
ERROR_SECONDS = 10


class Cdn(GcpComponent):
    """A backend bucket behind the load balancer, with Cloud CDN; the bucket stays private.

    Cloud CDN reads a private bucket for signed requests alone. Its signing keys are secrets that the program must not
    know, so a person adds them (`gcloud compute backend-buckets add-signed-url-key`): with the first one comes Cloud
    CDN's account, which may read the bucket once `signing_key` says that it exists. Until then all are refused.
    What the platform itself answers is cached by the load balancer's second backend service, not here.
    """

    bucket_id: pulumi.Output[str]
    """The backend bucket."""

    bucket_name: pulumi.Output[str]
    """The same by name: signing keys are added to it."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        bucket: pulumi.Input[str],
        signing_key: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Serve the objects of `bucket`."""
        super().__init__("Cdn", name, scope, "confidential", opts)
        # Before the cache Cloud Armor judges addresses, methods and paths only.
        policy = compute.SecurityPolicy(
            f"{name}-policy",
            type="CLOUD_ARMOR_EDGE",
            description="Objects that the load balancer serves",
            rules=[
                {
                    "action": FORBIDDEN,
                    "priority": 1000,
                    "description": "Objects are only read",
                    "match": {"expr": {"expression": "request.method != 'GET' && request.method != 'HEAD'"}},
                },
                everybody("allow", "Whoever reads"),
            ],
            opts=self.child(),
        )
        served = compute.BackendBucket(
            f"{name}-bucket",
            bucket_name=bucket,
            enable_cdn=True,
            edge_security_policy=policy.id,
            compression_mode="DISABLED",
            cdn_policy={
                "cache_mode": "USE_ORIGIN_HEADERS",
                "signed_url_cache_max_age_sec": SIGNED_SECONDS,
                "negative_caching": True,
                "negative_caching_policies": [{"code": code, "ttl": ERROR_SECONDS} for code in (404, 410)],
                "request_coalescing": True,
                "serve_while_stale": 0,
            },
            custom_response_headers=[f"{header}: {value}" for header, value in SECURITY_HEADERS.items()],
            opts=self.child(),
        )
        if signing_key:
            storage.BucketIAMMember(
                f"{name}-reader",
                bucket=bucket,
                role="roles/storage.legacyObjectReader",
                member=f"serviceAccount:service-{scope.project_number}@cloud-cdn-fill.iam.gserviceaccount.com",
                opts=self.child(),
            )
        self.bucket_id, self.bucket_name = served.id, served.name
        self.register_outputs({"bucketId": self.bucket_id, "bucketName": self.bucket_name})
