"""pydantic-ai: an agent with one tool, traced by its own instrumentation."""
import fake_vendor
import recording

recorder = recording.start("pydantic-ai")

from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

Agent.instrument_all()
client = AsyncOpenAI(api_key="none", base_url=fake_vendor.start() + "/v1")
model = OpenAIChatModel("gpt-4.1-mini", provider=OpenAIProvider(openai_client=client))
agent = Agent(model, name="librarian", system_prompt="You know the library.")


@agent.tool_plain
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


agent.run_sync("Is the library open on Friday?")
recorder.save("pydantic_ai")
