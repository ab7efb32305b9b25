"""A gRPC client that is not ours: grpcio, with the messages learned by reflection. Commands and what happens are lines of JSON.

Commands: {"do": "services"}, {"do": "call"|"open", "name": NAME, "method": METHOD, …}, {"do": "send"|"end"|"read"|"cancel", "name": NAME}.
Every call ends with {"name": NAME, "code": CODE, "details": TEXT, "trailers": {…}}.
"""

import base64
import json
import queue
import sys
import threading

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICE = "vigie.v1.VigieService"
target, authority = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
if authority:
    with open(authority, "rb") as file:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(file.read()), options)
else:
    channel = grpc.insecure_channel(target, options)
lock = threading.Lock()


def say(**facts):
    with lock:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()


class WithKey(grpc.UnaryStreamClientInterceptor, grpc.StreamStreamClientInterceptor):
    """Reflection takes a key too."""

    def __init__(self, key):
        self.metadata = [("authorization", f"Bearer {key}")]

    def intercept_stream_stream(self, continuation, details, requests):
        return continuation(details._replace(metadata=self.metadata), requests)

    intercept_unary_stream = intercept_stream_stream


def reflection(key):
    return ProtoReflectionDescriptorDatabase(grpc.intercept_channel(channel, WithKey(key)))


class Call:
    def __init__(self, command, pool):
        self.name = command["name"]
        self.sent = queue.Queue()
        method = pool.FindServiceByName(SERVICE).methods_by_name[command["method"]]
        self.request = message_factory.GetMessageClass(method.input_type)
        response = message_factory.GetMessageClass(method.output_type)
        raw = base64.b64decode(command["raw"]) if "raw" in command else None
        serialize = (lambda _: raw) if raw is not None else self.request.SerializeToString
        path = f"/{SERVICE}/{command['method']}"
        metadata = [("authorization", f"Bearer {command['key']}")] if command.get("key") else []
        rest = {"metadata": metadata, "timeout": command.get("timeout")}
        codecs = {"request_serializer": serialize, "response_deserializer": response.FromString}
        first = json_format.ParseDict(command.get("request", {}), self.request())
        if method.client_streaming:
            self.call = channel.stream_stream(path, **codecs)(iter(self.sent.get, None), **rest)
        else:
            self.call = channel.unary_stream(path, **codecs)(first, **rest)
        self.reads = threading.Semaphore(command.get("reads", 1_000_000))
        threading.Thread(target=self.run, daemon=True).start()

    def send(self, message):
        self.sent.put(json_format.ParseDict(message, self.request()))

    def run(self):
        try:
            while True:
                self.reads.acquire()
                message = next(self.call)
                say(name=self.name, message=json_format.MessageToDict(message, always_print_fields_with_no_presence=True))
        except StopIteration:
            pass
        except grpc.RpcError:
            pass
        trailers = {key: value for key, value in (self.call.trailing_metadata() or []) if isinstance(value, str)}
        say(name=self.name, code=self.call.code().name, details=self.call.details(), trailers=trailers)


calls = {}
pool = None
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "services":
        try:
            known = reflection(command["key"])
            say(services=sorted(known.get_services()))
            pool = descriptor_pool.DescriptorPool(known)
        except grpc.RpcError as error:
            say(services=error.code().name)
    elif command["do"] == "fields":
        message = pool.FindMessageTypeByName(command["message"])
        say(fields=[field.name for field in message.fields])
    elif command["do"] == "health":
        stub = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            say(health=base64.b64encode(stub(b"", timeout=5)).decode())
        except grpc.RpcError as error:
            say(health=error.code().name)
    elif command["do"] == "open":
        calls[command["name"]] = Call(command, pool)
    else:
        call = calls[command["name"]]
        if command["do"] == "send":
            call.send(command["message"])
        elif command["do"] == "end":
            call.sent.put(None)
        elif command["do"] == "read":
            call.reads.release(command.get("count", 1))
        elif command["do"] == "cancel":
            call.call.cancel()
