"""X-Ray: traces encrypted, health checks left out, and names that it takes."""

from preview.graph import Graph


class TestTracing:
    def test_traces_of_the_account_have_the_traces_key(self, prod: Graph) -> None:
        [encryption] = prod.of_type("aws:xray/encryptionConfig:EncryptionConfig")
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-traces"]
        assert encryption.inputs == {"type": "KMS", "keyId": key.outputs["arn"]}

    def test_health_checks_are_asked_about_first_and_not_traced(self, prod: Graph) -> None:
        rules = sorted(prod.of_type("aws:xray/samplingRule:SamplingRule"), key=lambda rule: rule.inputs["priority"])
        first, last = rules[0].inputs, rules[-1].inputs
        assert (first["urlPath"], first["fixedRate"], first["reservoirSize"]) == ("*/healthz*", 0, 0)
        assert (last["urlPath"], last["fixedRate"]) == ("*", 0.05)

    def test_names_are_no_longer_than_x_ray_takes(self, prod: Graph) -> None:
        names = [rule.inputs["ruleName"] for rule in prod.of_type("aws:xray/samplingRule:SamplingRule")]
        names += [group.inputs["groupName"] for group in prod.of_type("aws:xray/group:Group")]
        assert len(set(names)) == 4
        assert all(len(name) <= 32 for name in names)

    def test_insights_notice_when_faults_rise(self, prod: Graph) -> None:
        for group in prod.of_type("aws:xray/group:Group"):
            assert group.inputs["insightsConfiguration"]["insightsEnabled"] is True
