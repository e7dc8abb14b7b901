"""OpenAI's Agents SDK over the Responses API, traced by OpenInference."""
import fake_vendor
import recording

recorder = recording.start("openai-agents")

from agents import Agent, Runner, function_tool, set_default_openai_client, set_trace_processors
from openai import AsyncOpenAI
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

set_trace_processors([])
OpenAIAgentsInstrumentor().instrument()
set_default_openai_client(AsyncOpenAI(api_key="none", base_url=fake_vendor.start() + "/v1"), use_for_tracing=False)


@function_tool
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


agent = Agent(name="librarian", instructions="You know the library.", model="gpt-4.1-mini", tools=[opening_hours])
Runner.run_sync(agent, "Is the library open on Friday?")
recorder.save("openai_agents")
