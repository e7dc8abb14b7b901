"""Haystack: a pipeline with a chat generator and content tracing, traced by its OpenTelemetry tracer."""
import os

import fake_vendor
import recording

os.environ["HAYSTACK_CONTENT_TRACING_ENABLED"] = "true"
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "false"
recorder = recording.start("haystack")

from haystack import Pipeline
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.utils import Secret
from openinference.instrumentation.haystack import HaystackInstrumentor

HaystackInstrumentor().instrument()
generator = OpenAIChatGenerator(model="gpt-4.1-mini", api_key=Secret.from_token("none"), api_base_url=fake_vendor.start() + "/v1")
pipeline = Pipeline()
pipeline.add_component("llm", generator)
question = [ChatMessage.from_system("You know the library."), ChatMessage.from_user("Is the library open on Friday?")]
pipeline.run({"llm": {"messages": question}})
recorder.save("haystack")
