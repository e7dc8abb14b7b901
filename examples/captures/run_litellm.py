"""LiteLLM: one completion with a tool, traced by its `otel` callback."""
import os
import time

import fake_vendor
import recording

recorder = recording.start("litellm")
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm
from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig

litellm.callbacks = [OpenTelemetry(config=OpenTelemetryConfig(exporter=recorder))]
tool = {"type": "function", "function": {"name": "opening_hours", "description": "When the library is open.",
        "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}}}
messages = [{"role": "system", "content": "You know the library."},
            {"role": "user", "content": [{"type": "text", "text": "Is the library open on Friday?"}]}]
vendor = dict(model="openai/gpt-4.1-mini", api_base=fake_vendor.start() + "/v1", api_key="none", tools=[tool])
answer = litellm.completion(messages=messages, metadata={"session_id": "session-1"}, **vendor)
call = answer.choices[0].message
messages += [call.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.tool_calls[0].id, "content": "9 to 18"}]
litellm.completion(messages=messages, metadata={"session_id": "session-1"}, **vendor)
wanted = time.monotonic() + 20
while len(recorder.spans) < 2 and time.monotonic() < wanted:
    time.sleep(0.1)
time.sleep(1)
recorder.save("litellm")
