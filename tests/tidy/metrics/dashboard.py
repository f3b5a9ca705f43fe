"""Reads a dashboard with Grafana's own schema and tells what of it the schema does not know."""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard


def compare(path, given, understood):
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key in understood:
                compare(f"{path}.{key}", value, understood[key])
            else:
                print(f"{path}.{key} is unknown")
    elif isinstance(given, list) and isinstance(understood, list) and len(given) == len(understood):
        for index, value in enumerate(given):
            compare(f"{path}[{index}]", value, understood[index])
    elif given != understood or type(given) is not type(understood):
        print(f"{path} is {given}, understood as {understood}")


register_default_plugins()
dashboard = json.load(sys.stdin)
understood = Dashboard.from_json(dashboard)
compare("dashboard", dashboard, json.loads(JSONEncoder().encode(understood)))
print(f"{len(understood.panels)} panels")
