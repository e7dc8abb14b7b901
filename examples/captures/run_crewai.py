"""CrewAI: a crew of one with one tool, traced by OpenInference."""
import os

import fake_vendor
import recording

os.environ.update(CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="false", CREWAI_TRACING_ENABLED="false",
                  OPENAI_API_KEY="none", CREWAI_DISABLE_VERSION_CHECK="true")
recorder = recording.start("crewai")

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from openinference.instrumentation.crewai import CrewAIInstrumentor

CrewAIInstrumentor().instrument()


@tool("opening_hours")
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


model = LLM(model="openai/gpt-4.1-mini", base_url=fake_vendor.start() + "/v1", api_key="none")
agent = Agent(role="librarian", goal="Answer readers.", backstory="You know the library.", llm=model, tools=[opening_hours])
task = Task(description="Is the library open on Friday?", expected_output="A sentence.", agent=agent)
Crew(agents=[agent], tasks=[task]).kickoff()
recorder.save("crewai")
