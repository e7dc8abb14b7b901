"""Strands Agents: an agent with one tool, traced by the SDK itself."""
import fake_vendor
import recording

recorder = recording.start("strands")

from strands import Agent, tool
from strands.models.openai import OpenAIModel


@tool
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


model = OpenAIModel(client_args={"api_key": "none", "base_url": fake_vendor.start() + "/v1"}, model_id="gpt-4.1-mini")
agent = Agent(model=model, tools=[opening_hours], system_prompt="You know the library.", callback_handler=None, name="librarian")
agent("Is the library open on Friday?")
recorder.save("strands")
