"""The server as a snippet's reader meets it: its addresses, two keys, and what has arrived of a service."""

import json
import os
import time
import urllib.request

# how long a span may take from the program's end to the API before it counts as lost
PATIENCE = 60


class Server:
    """The server of with-server.sh, with a key for senders and one for readers."""

    def __init__(self) -> None:
        self.url = os.environ["JUNJO_URL"].replace("127.0.0.1", "localhost")
        self.key = self.call("/api-keys", {"name": "snippets"})["key"]
        self.read_key = self.call("/api-keys", {"name": "reader", "scope": "read"})["key"]
        self.endpoints = self.call("/otel/endpoints")

    def call(self, path: str, body: object = None) -> dict:
        """The JSON answer; anything but success raises."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data)
        request.add_header("content-type", "application/json")
        request.add_header("cookie", os.environ["JUNJO_COOKIE"])
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)

    def spans_of(self, service: str, is_enough) -> list[dict]:
        """Whole spans of a service, as soon as `is_enough` of them are there; what there is at the end of patience."""
        end = time.monotonic() + PATIENCE
        while True:
            rows = self.call(f"/otel/spans?service={service}&limit=100")["items"]
            spans = [self.call(f"/otel/spans/{row['trace_id']}/{row['span_id']}") for row in rows]
            if is_enough(spans) or time.monotonic() > end:
                return spans
            time.sleep(0.2)

    def has_run_of(self, service: str) -> bool:
        """Whether a workflow run of this service is listed."""
        return bool(self.call(f"/otel/runs?service={service}")["items"])
