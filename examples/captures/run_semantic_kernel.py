"""Semantic Kernel: a chat completion, traced by its own model diagnostics."""
import asyncio
import os

import fake_vendor
import recording

os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS"] = "true"
os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS_SENSITIVE"] = "true"
recorder = recording.start("semantic-kernel")

# its events are records of Python's logging, which OpenTelemetry's handler takes over
import logging

from opentelemetry.sdk._logs import LoggingHandler


def without_machine_paths(record):
    record.pathname = record.pathname.split("site-packages/")[-1]
    return True


handler = LoggingHandler()
handler.addFilter(without_machine_paths)
events = logging.getLogger("semantic_kernel.utils.telemetry")
events.addHandler(handler)
events.setLevel(logging.INFO)

from openai import AsyncOpenAI
from semantic_kernel.connectors.ai.function_choice_behavior import FunctionChoiceBehavior
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion, OpenAIChatPromptExecutionSettings
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import kernel_function
from semantic_kernel.kernel import Kernel


class Library:
    @kernel_function(description="When the library is open.")
    def opening_hours(self, day: str) -> str:
        return "9 to 18"


async def main():
    client = AsyncOpenAI(api_key="none", base_url=fake_vendor.start() + "/v1")
    service = OpenAIChatCompletion(ai_model_id="gpt-4.1-mini", async_client=client)
    kernel = Kernel(services=[service])
    kernel.add_plugin(Library(), "library")
    history = ChatHistory(system_message="You know the library.")
    history.add_user_message("Is the library open on Friday?")
    settings = OpenAIChatPromptExecutionSettings(function_choice_behavior=FunctionChoiceBehavior.Auto())
    await service.get_chat_message_content(history, settings, kernel=kernel)


asyncio.run(main())
recorder.save("semantic_kernel")
