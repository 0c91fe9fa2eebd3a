from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

LAST = 2147483647
SETS = ("sqli", "xss", "lfi", "rfi", "rce", "protocolattack")


def attack(name: str, priority: int, **more: object) -> dict[str, object]:
    expression = f"evaluatePreconfiguredWaf('{name}-v422-stable', {{'sensitivity': 1}})"
    return {"action": "deny(403)", "priority": priority, "match": {"expr": {"expression": expression}}, **more}


POLICY = Subject(
    "gcp:compute/securityPolicy:SecurityPolicy",
    {
        "type": "CLOUD_ARMOR",
        "rules": [
            *(attack(name, 1000 + number) for number, name in enumerate(SETS)),
            {"action": "throttle", "priority": 2000, "rateLimitOptions": {"enforceOnKey": "IP"}},
            {"action": "allow", "priority": LAST},
        ],
        "advancedOptionsConfig": {"jsonParsing": "STANDARD", "logLevel": "NORMAL"},
        "adaptiveProtectionConfig": {"layer7DdosDefenseConfig": {"enable": True}},
    },
    stack="dr",
)
# What it admits is known by name, so that nothing else need be looked for.
CLOSED = Subject(
    POLICY.type,
    {"rules": [{"action": "allow", "priority": 1000}, {"action": "deny(403)", "priority": LAST}]},
    stack="dr",
)
EDGE = Subject(POLICY.type, {"type": "CLOUD_ARMOR_EDGE", "rules": [{"action": "allow", "priority": LAST}]}, stack="dr")
BARE = Subject(POLICY.type, {"rules": [{"action": "allow", "priority": LAST}]}, stack="dr")

CASES = {
    "gcp-armor-owasp-rules": Cases(
        passes=[POLICY, CLOSED, EDGE],
        fails=[
            (BARE, "rules"),
            (BARE.unset("rules"), "rules"),
            (POLICY.set("rules.0.preview", True), "rules"),
            (POLICY.set("rules.0.action", "allow"), "rules"),
        ],
        unknown=[POLICY.set("rules", UNKNOWN)],
    ),
    "gcp-armor-rate-limit": Cases(
        passes=[POLICY, POLICY.set("rules.6.action", "rate_based_ban"), CLOSED, EDGE],
        fails=[(BARE, "rules")],
        unknown=[POLICY.set("rules.6.action", UNKNOWN)],
    ),
    "gcp-armor-attacks-before-limits": Cases(
        passes=[POLICY, BARE, CLOSED],
        fails=[(POLICY.set("rules.6.priority", 1), "rules[6].priority")],
        unknown=[POLICY.set("rules.6.priority", UNKNOWN)],
    ),
    "gcp-armor-adaptive-protection": Cases(
        passes=[POLICY, CLOSED, EDGE],
        fails=[(BARE, "adaptiveProtectionConfig.layer7DdosDefenseConfig.enable")],
        unknown=[POLICY.set("adaptiveProtectionConfig.layer7DdosDefenseConfig.enable", UNKNOWN)],
    ),
    "gcp-armor-json-parsing": Cases(
        passes=[POLICY, CLOSED, EDGE],
        fails=[(BARE, "advancedOptionsConfig.jsonParsing")],
        unknown=[POLICY.set("advancedOptionsConfig.jsonParsing", UNKNOWN)],
    ),
    "gcp-armor-discreet-log": Cases(
        passes=[POLICY, BARE],
        fails=[(POLICY.set("advancedOptionsConfig.logLevel", "VERBOSE"), "advancedOptionsConfig.logLevel")],
        unknown=[POLICY.set("advancedOptionsConfig.logLevel", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
