"""A stand-in for a provider's plugin: answers the engine from `preview.outputs`, and has no cloud behind it.

Run as `standin.py PACKAGE ENGINE_ADDRESS`. As of any plugin, the first line on standard output is its port.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any

import grpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from analysis.replacements import replacing
from preview import outputs, values


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """A provider that accepts any inputs, and replaces what the table of `analysis.replacements` says."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.configuration: dict[str, Any] = {}

    def Handshake(self, request, context):
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request, context):
        return plugin_pb2.PluginInfo(version=version(f"pulumi_{self.package}"))

    def CheckConfig(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request, context):
        return _diff(request)

    def Configure(self, request, context):
        self.configuration = values.decode(request.args)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request, context):
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request, context):
        return _diff(request)

    def Create(self, request, context):
        if request.preview:
            return provider_pb2.CreateResponse(properties=self._planned(request, request.properties))
        generated = self._generated(request, request.properties)
        return provider_pb2.CreateResponse(id=generated.id, properties=values.encode(generated.outputs))

    def Read(self, request, context):
        properties = values.encode(self._generated(request, request.inputs).outputs)
        return provider_pb2.ReadResponse(id=request.id, properties=properties, inputs=request.inputs)

    def Update(self, request, context):
        if request.preview:
            return provider_pb2.UpdateResponse(properties=self._planned(request, request.news))
        return provider_pb2.UpdateResponse(properties=values.encode(self._generated(request, request.news).outputs))

    def Delete(self, request, context):
        return values.Empty()

    def Invoke(self, request, context):
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.tok}: a stand-in has no provider functions")

    def Cancel(self, request, context):
        return values.Empty()

    def _generated(self, request, inputs: values.Struct) -> outputs.Generated:
        plain = values.decode(inputs)
        return outputs.generate(request.type, request.name, request.urn, plain, provider=self.configuration)

    def _planned(self, request, inputs: values.Struct) -> values.Struct:
        return values.encode(outputs.planned(request.type, request.name, request.urn, values.decode(inputs)))


def _diff(request) -> provider_pb2.DiffResponse:
    if request.old_inputs == request.news:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    token = request.urn.split("::")[2].rpartition("$")[2]
    ignored = set(request.ignoreChanges)
    paths = replacing(token, values.decode(request.old_inputs), values.decode(request.news))
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        replaces=sorted({path.partition(".")[0] for path in paths if path not in ignored}),
    )


def main(package: str) -> None:
    # One worker: the SDK's lazy modules do not load safely in several threads at once.
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIn(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1])
