"""Two stacks: `source` uses much of the engine, `reader` reads its outputs."""

import json

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes


class Service(pulumi.ComponentResource):
    """A component with a child of its own, once named otherwise."""

    def __init__(self, name: str, password: pulumi.Input[str], opts: pulumi.ResourceOptions):
        super().__init__("sample:index:Service", name, {"password": password}, opts)
        self.inner = Inner(f"{name}-inner", pulumi.ResourceOptions(parent=self))
        self.parameter = aws.ssm.Parameter(
            f"{name}-password",
            type="SecureString",
            value=password,
            opts=pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name="password")], ignore_changes=["value"]),
        )
        self.register_outputs({"password": password})


class Inner(pulumi.ComponentResource):
    """A component within a component."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions):
        super().__init__("sample:index:Inner", name, {}, opts)
        self.role = aws.iam.Role(
            name,
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": []}),
            opts=pulumi.ResourceOptions(parent=self, protect=False),
        )
        self.register_outputs({})


def source() -> None:
    """Register what the engines could see differently."""
    config = pulumi.Config()
    amazon = aws.Provider("aws", region="eu-west-1", allowed_account_ids=["111122223333"])
    network = aws.ec2.Vpc(
        "network", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(provider=amazon, retain_on_delete=True)
    )
    subnets = [
        aws.ec2.Subnet(
            f"subnet-{index}",
            vpc_id=network.id,
            cidr_block=f"10.0.{index}.0/24",
            opts=pulumi.ResourceOptions(parent=network, deleted_with=network),
        )
        for index in range(config.require_int("size"))
    ]
    cluster = aws.eks.Cluster(
        "cluster",
        role_arn="arn:aws:iam::111122223333:role/cluster",
        vpc_config={"subnet_ids": [subnet.id for subnet in subnets]},
        opts=pulumi.ResourceOptions(
            provider=amazon, depends_on=[network], custom_timeouts=pulumi.CustomTimeouts(create="30m")
        ),
    )
    # Its group is computed within an object that the program gives.
    aws.vpc.SecurityGroupIngressRule(
        "from-nodes",
        security_group_id=cluster.vpc_config.cluster_security_group_id,
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4=network.cidr_block,
        opts=pulumi.ResourceOptions(provider=amazon),
    )
    aws.ec2.SecurityGroup.get("found", "sg-0123456789abcdef0", opts=pulumi.ResourceOptions(provider=amazon))
    password = config.require_secret("password")
    service = Service("service", password, pulumi.ResourceOptions(providers=[amazon], protect=True))
    # Its kubeconfig is not known in a preview, so neither is anything that its resources return.
    inside = kubernetes.Provider("inside", kubeconfig=cluster.endpoint.apply(lambda endpoint: f"server: {endpoint}"))
    settings = kubernetes.core.v1.ConfigMap(
        "settings", data={"group": cluster.vpc_config.cluster_security_group_id}, opts=_by(inside)
    )
    kubernetes.apiextensions.CustomResource(
        "custom",
        api_version="example.com/v1",
        kind="Widget",
        spec={"settings": settings.metadata.name, "count": 2, "nested": [{"on": True}, 1.5]},
        opts=_by(inside),
    )
    google = gcp.Provider("google", project="sample-standby", region="us-central1")
    peer = gcp.compute.Network("peer", auto_create_subnetworks=False, opts=_by(google))
    gcp.compute.Subnetwork("peer", network=peer.id, ip_cidr_range="10.1.0.0/24", region="us-central1", opts=_by(google))
    pulumi.export("network", network.id)
    pulumi.export("name", settings.metadata.name)
    pulumi.export("nested", {"subnets": [subnet.arn for subnet in subnets], "secret": password})
    pulumi.export("roleArn", service.inner.role.arn)


def _by(provider: pulumi.ProviderResource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(provider=provider)


def reader() -> None:
    """Read the other stack, its secret output too."""
    other = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/source")
    google = gcp.Provider("google", project="sample-standby", region="us-central1")
    gcp.secretmanager.Secret(
        "copy",
        secret_id="copy",
        replication={"auto": {}},
        labels={"network": other.require_output("network")},
        annotations={"secret": other.require_output("nested")["secret"]},
        opts=_by(google),
    )
    pulumi.export("network", other.get_output("network"))
    pulumi.export("missing", other.get_output("missing"))


{"source": source, "reader": reader}[pulumi.get_stack()]()
