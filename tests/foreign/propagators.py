"""Runs foreign propagators for tests. One line of JSON on the standard input is a question:

    {"library": "opentelemetry", "formats": ["b3"], "inject":
        {"trace_id": hex, "span_id": hex, "decision": "sample"}}
    {"library": "opentelemetry", "formats": ["b3"], "extract": [["b3", "..."]]}
    {"library": "opentelemetry", "formats": ["baggage"], "inject_baggage": [["key", "value"]]}
    {"library": "opentelemetry", "formats": ["baggage"], "extract_baggage": [["baggage", "..."]]}

and one on the standard output its answer: {"headers": pairs}, {"context": {...} or null},
{"baggage": pairs} or {"raised": traceback}. Several formats make a composite.
"""

import json
import logging
import os
import sys
import traceback

# Read when ddtrace is imported. It sends nothing: no spans, no telemetry, no remote configuration.
os.environ.update(
    DD_TRACE_PROPAGATION_STYLE="tracecontext,b3,b3multi,datadog",
    DD_TRACE_ENABLED="false",
    DD_INSTRUMENTATION_TELEMETRY_ENABLED="false",
    DD_REMOTE_CONFIGURATION_ENABLED="false",
)

from ddtrace.propagation.http import HTTPPropagator
from ddtrace.trace import Context as DatadogContext
from opentelemetry import baggage, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.propagators.aws import AwsXRayPropagator
from opentelemetry.propagators.b3 import B3MultiFormat, B3SingleFormat
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.propagators.jaeger import JaegerPropagator
from opentelemetry.propagators.ot_trace import OTTracePropagator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

OPENTELEMETRY = {
    "tracecontext": TraceContextTextMapPropagator,
    "b3": B3SingleFormat,
    "b3multi": B3MultiFormat,
    "jaeger": JaegerPropagator,
    "xray": AwsXRayPropagator,
    "ottrace": OTTracePropagator,
    "baggage": W3CBaggagePropagator,
}


def context(trace_id, span_id, decision):
    ids = {"trace_id": f"{trace_id:032x}", "span_id": f"{span_id:016x}"}
    return {"context": {**ids, "decision": decision}}


class Fields(dict):
    """Fields by name, in any case, as HTTP libraries hold them."""

    def __setitem__(self, name, value):
        super().__setitem__(name.lower(), value)

    def get(self, name, default=None):
        return super().get(name.lower(), default)


class OpenTelemetry:
    def __init__(self, formats):
        self.propagator = CompositePropagator([OPENTELEMETRY[name]() for name in formats])

    def inject(self, wanted):
        flags = trace.TraceFlags(wanted["decision"] in ("sample", "debug"))
        ids = [int(wanted[name], 16) for name in ("trace_id", "span_id")]
        span = trace.NonRecordingSpan(trace.SpanContext(*ids, is_remote=True, trace_flags=flags))
        return self.headers(trace.set_span_in_context(span, Context()))

    def extract(self, pairs):
        span = trace.get_current_span(self.extracted(pairs)).get_span_context()
        if not span.trace_id:
            return {"context": None}
        decision = "sample" if span.trace_flags.sampled else "drop"
        return context(span.trace_id, span.span_id, decision)

    def inject_baggage(self, pairs):
        # Baggage of Jaeger and OpenTracing goes only with a span.
        span = trace.NonRecordingSpan(trace.SpanContext(1, 1, is_remote=True))
        surroundings = trace.set_span_in_context(span, Context())
        for key, value in pairs:
            surroundings = baggage.set_baggage(key, value, surroundings)
        return self.headers(surroundings)

    def extract_baggage(self, pairs):
        return {"baggage": list(baggage.get_all(self.extracted(pairs)).items())}

    def headers(self, surroundings):
        carrier = Fields()
        self.propagator.inject(carrier, surroundings)
        return {"headers": list(carrier.items())}

    def extracted(self, pairs):
        carrier = Fields()
        for name, value in pairs:
            carrier[name] = carrier.get(name, []) + [value]
        return self.propagator.extract(carrier, Context())


class Datadog:
    """Injects all styles and extracts any; which of them counts is chosen among the headers."""

    PRIORITIES = {"drop": 0, "sample": 1, "defer": None, "debug": 2}
    FIELDS = {"tracecontext": "trace", "b3": "b3", "b3multi": "x-b3-", "datadog": "x-datadog-"}

    def __init__(self, formats):
        self.prefixes = tuple(self.FIELDS[name] for name in formats)

    def inject(self, wanted):
        ids = [int(wanted[name], 16) for name in ("trace_id", "span_id")]
        priority = self.PRIORITIES[wanted["decision"]]
        carrier = {}
        HTTPPropagator.inject(DatadogContext(*ids, sampling_priority=priority), carrier)
        return {"headers": self.of_formats(carrier.items())}

    def extract(self, pairs):
        carrier = {}
        # As WSGI and ASGI do.
        for name, value in self.of_formats(pairs):
            carrier[name] = f"{carrier[name]},{value}" if name in carrier else value
        found = HTTPPropagator.extract(carrier)
        if not found.trace_id:
            return {"context": None}
        priority = found.sampling_priority
        decision = "defer" if priority is None else "sample" if priority > 0 else "drop"
        return context(found.trace_id, found.span_id or 0, decision)

    def of_formats(self, pairs):
        return [(name, value) for name, value in pairs if name.startswith(self.prefixes)]


LIBRARIES = {"opentelemetry": OpenTelemetry, "ddtrace": Datadog}


def answer(question):
    library = LIBRARIES[question["library"]](question["formats"])
    for verb in ("inject", "extract", "inject_baggage", "extract_baggage"):
        if verb in question:
            return getattr(library, verb)(question[verb])
    raise ValueError("no verb")


def main():
    # What is malformed is malformed on purpose.
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception:
            reply = {"raised": traceback.format_exc()}
        print(json.dumps(reply), flush=True)


main()
