from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

BEHAVIOUR = {"viewerProtocolPolicy": "redirect-to-https", "responseHeadersPolicyId": "policy-1"}
DISTRIBUTION = Subject(
    "aws:cloudfront/distribution:Distribution",
    {
        "webAclId": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/front/1",
        "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"},
        "defaultCacheBehavior": BEHAVIOUR,
        "orderedCacheBehaviors": [BEHAVIOUR],
        "origins": [{"originId": "gateway", "vpcOriginConfig": {"vpcOriginId": "vo_1"}}],
    },
    "distribution",
)
BUCKET = {"originId": "bucket", "originAccessControlId": "E1"}
CUSTOM = {
    "originId": "custom",
    "customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]},
}
VPC_ORIGIN = Subject(
    "aws:cloudfront/vpcOrigin:VpcOrigin",
    {
        "vpcOriginEndpointConfig": {
            "originProtocolPolicy": "https-only",
            "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
        }
    },
)
LOG_SOURCE = Subject(
    "aws:cloudwatch/logDeliverySource:LogDeliverySource",
    {"logType": "ACCESS_LOGS", "resourceArn": "arn:aws:cloudfront::111122223333:distribution/E1"},
    "access",
    refs={"resourceArn": DISTRIBUTION},
)

CASES = {
    "aws-cloudfront-viewer-tls": Cases(
        passes=[DISTRIBUTION, DISTRIBUTION.set("viewerCertificate.minimumProtocolVersion", "TLSv1.3_2025")],
        fails=[
            (
                DISTRIBUTION.set("viewerCertificate.minimumProtocolVersion", "TLSv1.1_2016"),
                "viewerCertificate.minimumProtocolVersion",
            ),
            (
                DISTRIBUTION.set("viewerCertificate", {"cloudfrontDefaultCertificate": True}),
                "viewerCertificate.minimumProtocolVersion",
            ),
        ],
        unknown=[DISTRIBUTION.set("viewerCertificate.minimumProtocolVersion", UNKNOWN)],
    ),
    "aws-cloudfront-https-only": Cases(
        passes=[DISTRIBUTION],
        fails=[
            (
                DISTRIBUTION.set("defaultCacheBehavior.viewerProtocolPolicy", "allow-all"),
                "defaultCacheBehavior.viewerProtocolPolicy",
            ),
            (
                DISTRIBUTION.set("orderedCacheBehaviors.0.viewerProtocolPolicy", "allow-all"),
                "orderedCacheBehaviors[0].viewerProtocolPolicy",
            ),
        ],
        unknown=[DISTRIBUTION.set("defaultCacheBehavior.viewerProtocolPolicy", UNKNOWN)],
    ),
    "aws-cloudfront-web-acl": Cases(
        passes=[DISTRIBUTION],
        fails=[(DISTRIBUTION.unset("webAclId"), "webAclId")],
        unknown=[DISTRIBUTION.set("webAclId", UNKNOWN)],
    ),
    "aws-cloudfront-access-log": Cases(
        passes=[[DISTRIBUTION, LOG_SOURCE], [DISTRIBUTION.set("loggingConfig", {"bucket": "logs"})]],
        fails=[([DISTRIBUTION], "")],
        unknown=[[DISTRIBUTION.set("loggingConfig", UNKNOWN)]],
    ),
    "aws-cloudfront-origin-access-control": Cases(
        passes=[DISTRIBUTION, DISTRIBUTION.set("origins", [BUCKET, CUSTOM])],
        fails=[(DISTRIBUTION.set("origins", [CUSTOM, {"originId": "bucket"}]), "origins[1].originAccessControlId")],
        unknown=[DISTRIBUTION.set("origins", [{**BUCKET, "originAccessControlId": UNKNOWN}])],
    ),
    "aws-cloudfront-origin-tls": Cases(
        passes=[DISTRIBUTION, DISTRIBUTION.set("origins", [CUSTOM, BUCKET]), VPC_ORIGIN],
        fails=[
            (
                DISTRIBUTION.set("origins", [CUSTOM]).set(
                    "origins.0.customOriginConfig.originProtocolPolicy", "match-viewer"
                ),
                "origins[0].customOriginConfig.originProtocolPolicy",
            ),
            (
                DISTRIBUTION.set("origins", [CUSTOM]).set(
                    "origins.0.customOriginConfig.originSslProtocols", ["TLSv1.2", "SSLv3"]
                ),
                "origins[0].customOriginConfig.originSslProtocols[1]",
            ),
            (
                VPC_ORIGIN.set("vpcOriginEndpointConfig.originProtocolPolicy", "http-only"),
                "vpcOriginEndpointConfig.originProtocolPolicy",
            ),
            (
                VPC_ORIGIN.set("vpcOriginEndpointConfig.originSslProtocols.items", ["TLSv1"]),
                "vpcOriginEndpointConfig.originSslProtocols.items[0]",
            ),
        ],
        unknown=[VPC_ORIGIN.set("vpcOriginEndpointConfig.originProtocolPolicy", UNKNOWN)],
    ),
    "aws-cloudfront-security-headers": Cases(
        passes=[DISTRIBUTION],
        fails=[
            (
                DISTRIBUTION.unset("defaultCacheBehavior.responseHeadersPolicyId"),
                "defaultCacheBehavior.responseHeadersPolicyId",
            ),
            (
                DISTRIBUTION.unset("orderedCacheBehaviors.0.responseHeadersPolicyId"),
                "orderedCacheBehaviors[0].responseHeadersPolicyId",
            ),
        ],
        unknown=[DISTRIBUTION.set("orderedCacheBehaviors.0.responseHeadersPolicyId", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
