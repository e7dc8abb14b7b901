"""LlamaIndex: a chat with a tool and a picture, traced by OpenInference."""
import asyncio

import fake_vendor
import recording

recorder = recording.start("llama-index")

from llama_index.core.agent.workflow import FunctionAgent
from llama_index.llms.openai import OpenAI
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

LlamaIndexInstrumentor().instrument()


def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


async def main():
    model = OpenAI(model="gpt-4.1-mini", api_key="none", api_base=fake_vendor.start() + "/v1")
    agent = FunctionAgent(name="librarian", tools=[opening_hours], llm=model, system_prompt="You know the library.", streaming=False)
    await agent.run("Is the library open on Friday?")


asyncio.run(main())
recorder.save("llama_index")
