"""DynamoDB: every table encrypted, restorable, streamed and replicated with a key of the replica's own region."""

from preview.graph import Graph


class TestTables:
    def test_each_setting_makes_one_by_its_name(self, prod: Graph) -> None:
        names = {node.inputs["name"] for node in prod.of_type("aws:dynamodb/table:Table")}
        tables = prod.document["outputs"]["tables"]["arns"]
        assert names == {f"platform-production-{table}" for table in tables}

    def test_each_is_restorable_to_the_second_and_hard_to_delete(self, prod: Graph) -> None:
        for node in prod.of_type("aws:dynamodb/table:Table"):
            assert node.inputs["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
            assert node.inputs["deletionProtectionEnabled"] is True

    def test_each_streams_both_images(self, prod: Graph) -> None:
        for node in prod.of_type("aws:dynamodb/table:Table"):
            assert node.inputs["streamEnabled"] is True
            assert node.inputs["streamViewType"] == "NEW_AND_OLD_IMAGES"

    def test_attributes_are_exactly_the_keys_of_table_and_indexes(self, prod: Graph) -> None:
        for node in prod.of_type("aws:dynamodb/table:Table"):
            keys = {node.inputs["hashKey"], node.inputs.get("rangeKey")} - {None}
            for index in node.inputs.get("globalSecondaryIndexes", []):
                keys |= {found["attributeName"] for found in index["keySchemas"]}
            assert {found["name"] for found in node.inputs["attributes"]} == keys

    def test_expiry_is_on_where_the_settings_name_an_attribute(self, prod: Graph) -> None:
        expiring = {
            node.inputs["name"]: node.inputs["ttl"]["attributeName"]
            for node in prod.of_type("aws:dynamodb/table:Table")
            if "ttl" in node.inputs
        }
        assert expiring == {
            "platform-production-sessions": "expires_at",
            "platform-production-idempotency-keys": "expires_at",
        }


class TestReplicas:
    def test_each_is_as_safe_as_its_table_with_a_key_of_its_region(self, prod: Graph) -> None:
        keys = {key.outputs["arn"]: key.inputs.get("region") for key in prod.of_type("aws:kms/key:Key")}
        for node in prod.of_type("aws:dynamodb/table:Table"):
            assert node.inputs["replicas"]
            for replica in node.inputs["replicas"]:
                assert keys[replica["kmsKeyArn"]] == replica["regionName"]
                assert f":{replica['regionName']}:" in replica["kmsKeyArn"]
                assert replica["pointInTimeRecovery"] is True
                assert replica["deletionProtectionEnabled"] is True
                assert replica["propagateTags"] is True

    def test_contributor_insights_name_the_throttled_keys_of_each_table_and_index(self, prod: Graph) -> None:
        expected = {
            (table.inputs["name"], index)
            for table in prod.of_type("aws:dynamodb/table:Table")
            for index in (None, *(found["name"] for found in table.inputs.get("globalSecondaryIndexes", [])))
        }
        insights = prod.of_type("aws:dynamodb/contributorInsights:ContributorInsights")
        assert {(node.inputs["tableName"], node.inputs.get("indexName")) for node in insights} == expected
        assert {node.inputs["mode"] for node in insights} == {"THROTTLED_KEYS"}
