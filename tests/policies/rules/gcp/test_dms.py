from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

PROFILE = "gcp:databasemigrationservice/connectionProfile:ConnectionProfile"
SOURCE = Subject(
    PROFILE,
    {
        "connectionProfileId": "source",
        "role": "SOURCE",
        "postgresql": {
            "host": "db.example.com",
            "port": 5432,
            "username": "replication",
            "ssl": {"type": "SERVER_ONLY", "caCertificate": "-----BEGIN CERTIFICATE-----"},
            "privateConnectivity": {"privateConnection": "projects/p/locations/l/privateConnections/c"},
        },
    },
    stack="interconnect",
)
OWN = Subject(PROFILE, {"connectionProfileId": "own", "postgresql": {"cloudSqlId": "instance"}}, stack="interconnect")
MYSQL = Subject(PROFILE, {"connectionProfileId": "old", "mysql": {"host": "db.example.com"}}, stack="interconnect")
ORACLE = Subject(PROFILE, {"connectionProfileId": "old", "oracle": {"host": "db.example.com"}}, stack="interconnect")
CA = "postgresql.ssl.caCertificate"
WAY = "postgresql.privateConnectivity.privateConnection"

CASES = {
    "gcp-dms-tls": Cases(
        passes=[SOURCE, OWN],
        fails=[
            (SOURCE.unset(CA), CA),
            (SOURCE.unset("postgresql.ssl"), CA),
            (MYSQL, "mysql.ssl.caCertificate"),
            (ORACLE, "oracle.ssl.caCertificate"),
        ],
        unknown=[SOURCE.set(CA, UNKNOWN)],
    ),
    "gcp-dms-private": Cases(
        passes=[SOURCE, OWN, MYSQL],
        fails=[
            (SOURCE.unset("postgresql.privateConnectivity"), WAY),
            (ORACLE, "oracle.privateConnectivity.privateConnection"),
        ],
        unknown=[SOURCE.set(WAY, UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
