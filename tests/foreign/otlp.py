"""Decodes exports of OTLP for tests. One line of JSON on the standard input is a question:

    {"encoding": "protobuf", "message": base64}
    {"encoding": "json", "message": base64}

and one on the standard output its answer, {"fields": ..., "encoded": base64} or
{"raised": traceback}. Fields have their names in JSON, ids are in hex, enums are numbers.
"""

import base64
import json
import sys
import traceback

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

IDS = ("traceId", "spanId", "parentSpanId")


def with_ids(document, convert):
    """Converts the ids of spans and links in place, and nothing else that has such a name."""
    for of_resource in document.get("resourceSpans", []):
        for of_scope in of_resource.get("scopeSpans", []):
            for span in of_scope.get("spans", []):
                for message in (span, *span.get("links", [])):
                    message.update({key: convert(message[key]) for key in IDS if key in message})
    return document


def decode(encoding, message):
    export = ExportTraceServiceRequest()
    if encoding == "protobuf":
        export.ParseFromString(message)
    else:
        # ProtoJSON has bytes as base64; OTLP has ids as hex.
        document = with_ids(
            json.loads(message), lambda text: base64.b64encode(bytes.fromhex(text)).decode()
        )
        # The text goes through Google's own reader, which refuses names that it does not know.
        json_format.Parse(json.dumps(document), export)
    return export


def answer(question):
    export = decode(question["encoding"], base64.b64decode(question["message"]))
    fields = json_format.MessageToDict(export, use_integers_for_enums=True)
    return {
        "fields": with_ids(fields, lambda text: base64.b64decode(text).hex()),
        "encoded": base64.b64encode(export.SerializeToString(deterministic=True)).decode(),
    }


def main():
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception:
            reply = {"raised": traceback.format_exc()}
        print(json.dumps(reply), flush=True)


main()
