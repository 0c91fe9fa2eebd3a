"""Connectors of Managed Kafka Connect, which copy topics."""

from google.cloud import managedkafka_v1

from failover.cloud.calls import Access, calling


class Connectors:
    """Connectors by their full names."""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._client = access.rest("managedkafka", managedkafka_v1.ManagedKafkaConnectClient)

    def state(self, connector: str) -> str:
        """RUNNING, PAUSED, FAILED or another of `Connector.State`."""
        with calling(f"read {connector}"):
            return self._client.get_connector(name=connector, retry=None, timeout=self._seconds).state.name

    def pause(self, connector: str) -> None:
        """Stop it where it is; it keeps its positions."""
        with calling(f"pause {connector}"):
            request = managedkafka_v1.PauseConnectorRequest(name=connector)
            self._client.pause_connector(request, retry=None, timeout=self._seconds)

    def resume(self, connector: str) -> None:
        """Let it go on."""
        with calling(f"resume {connector}"):
            request = managedkafka_v1.ResumeConnectorRequest(name=connector)
            self._client.resume_connector(request, retry=None, timeout=self._seconds)
