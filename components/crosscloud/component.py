"""What every component that touches both clouds has in common: two scopes, and marks in each cloud's own way."""

import pulumi

from components.aws import component as aws
from components.component import Component, marked
from components.gcp import component as gcp
from components.kubernetes.component import labelled
from components.tags import DataClass


class CrossCloudComponent(Component):
    """A component with children in both clouds: tagged and named on AWS, labelled on Google Cloud and in a cluster."""

    aws: aws.Scope
    gcp: gcp.Scope

    def __init__(
        self,
        kind: str,
        name: str,
        aws: aws.Scope,
        gcp: gcp.Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        mark = pulumi.ResourceOptions(transformations=[lambda args: _mark(args, aws, gcp, data_class)])
        super().__init__(f"multicloud:crosscloud:{kind}", name, None, pulumi.ResourceOptions.merge(opts, mark))
        self.aws, self.gcp, self.protect = aws, gcp, aws.protect or gcp.protect


def _mark(
    args: pulumi.ResourceTransformationArgs, on_aws: aws.Scope, on_gcp: gcp.Scope, data_class: DataClass
) -> pulumi.ResourceTransformationResult | None:
    if args.type_.startswith("aws:"):
        return marked(args, "tags", {"Name": args.name, **on_aws.tags.of(data_class)})
    if args.type_.startswith("kubernetes:"):
        return labelled(args, on_aws.tags, data_class)
    return marked(args, gcp.LABELS.get(args.type_, "labels"), on_gcp.tags.of(data_class))
