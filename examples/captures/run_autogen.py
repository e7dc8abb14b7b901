"""AutoGen: an assistant with one tool, traced by AutoGen itself."""
import asyncio

import fake_vendor
import recording

recorder = recording.start("autogen")

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient


async def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


async def main():
    model = OpenAIChatCompletionClient(model="gpt-4.1-mini", api_key="none", base_url=fake_vendor.start() + "/v1")
    agent = AssistantAgent("librarian", model_client=model, tools=[opening_hours], system_message="You know the library.",
                           reflect_on_tool_use=True)
    await agent.run(task="Is the library open on Friday?")


asyncio.run(main())
recorder.save("autogen")
