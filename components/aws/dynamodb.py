"""DynamoDB tables, each with a replica in every replica region."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import dynamodb

from components.aws.component import AwsComponent, Scope
from components.aws.keys import KeyUse, customer_key
from settings.aws import POINT_IN_TIME_DAYS, KeySettings, KeyValueStoreSettings
from settings.shared import IndexSettings, TableSettings


class KeyValueStore(AwsComponent):
    """Global tables on demand: encrypted with a key of each region, restorable to any second of the last 35 days.

    Streams are on with both images, which replicas need and change feeds read. Contributor Insights names the keys that
    are throttled. Tables have chosen names, since applications in every region ask for them by name. Item-level access
    is left to the applications' roles.
    """

    table_arns: dict[str, pulumi.Output[str]]
    """ARN by the table's key in the settings."""

    table_names: dict[str, pulumi.Output[str]]
    stream_arns: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: KeyValueStoreSettings,
        *,
        tables: Mapping[str, TableSettings],
        name_prefix: str,
        key_arn: pulumi.Input[str],
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the tables, named `<name_prefix>-<key>`; `key_settings` govern the keys of the replica regions."""
        super().__init__("KeyValueStore", name, scope, "confidential", opts)
        use = KeyUse("DynamoDB replicas", "confidential")
        replica_keys = {
            region: customer_key(self, f"{name}-{region}", key_settings, use, region=region).arn
            for region in settings.replica_regions
        }
        made = {
            table_name: dynamodb.Table(
                f"{name}-{table_name}",
                name=f"{name_prefix}-{table_name}",
                billing_mode="PAY_PER_REQUEST",
                hash_key=table.hash_key,
                range_key=table.range_key,
                attributes=[{"name": key, "type": kind} for key, kind in sorted(table.attributes.items())],
                global_secondary_indexes=[_index(key, index) for key, index in table.indexes.items()],
                ttl={"enabled": True, "attribute_name": table.ttl_attribute} if table.ttl_attribute else None,
                stream_enabled=True,
                stream_view_type="NEW_AND_OLD_IMAGES",
                deletion_protection_enabled=scope.protect,
                point_in_time_recovery={"enabled": True, "recovery_period_in_days": POINT_IN_TIME_DAYS},
                server_side_encryption={"enabled": True, "kms_key_arn": key_arn},
                replicas=[
                    {
                        "region_name": region,
                        "kms_key_arn": replica_key,
                        "point_in_time_recovery": True,
                        "deletion_protection_enabled": scope.protect,
                        "propagate_tags": True,
                    }
                    for region, replica_key in replica_keys.items()
                ],
                opts=self.child(stateful=True),
            )
            for table_name, table in tables.items()
        }
        for table_name, table in tables.items():
            for index in (None, *table.indexes):
                # Throttled keys alone: the other mode bills an event for each read and write.
                dynamodb.ContributorInsights(
                    f"{name}-{table_name}-{index}" if index else f"{name}-{table_name}",
                    table_name=made[table_name].name,
                    index_name=index,
                    mode="THROTTLED_KEYS",
                    opts=self.child(),
                )
        self.table_names = {table_name: table.name for table_name, table in made.items()}
        self.table_arns = {table_name: table.arn for table_name, table in made.items()}
        self.stream_arns = {table_name: table.stream_arn for table_name, table in made.items()}
        self.register_outputs({"tableArns": self.table_arns, "streamArns": self.stream_arns})


def _index(name: str, index: IndexSettings) -> dynamodb.TableGlobalSecondaryIndexArgsDict:
    keys = {"HASH": index.hash_key, "RANGE": index.range_key}
    return {
        "name": name,
        "projection_type": "ALL",
        "key_schemas": [{"attribute_name": key, "key_type": role} for role, key in keys.items() if key],
    }
