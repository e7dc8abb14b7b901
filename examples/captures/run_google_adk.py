"""Google ADK: an agent with one tool and Gemini's API, traced by the framework itself."""
import asyncio
import os

import fake_vendor
import recording

recorder = recording.start("google-adk")
os.environ["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true"
os.environ["GOOGLE_API_KEY"] = "none"
os.environ["GOOGLE_GEMINI_BASE_URL"] = fake_vendor.start()

from google.adk.agents import Agent
from google.adk.runners import InMemoryRunner
from google.genai import types


def opening_hours(day: str) -> dict:
    """When the library is open."""
    return {"hours": "9 to 18"}


async def main():
    agent = Agent(name="librarian", model="gemini-2.5-flash", instruction="You know the library.", tools=[opening_hours])
    runner = InMemoryRunner(agent=agent, app_name="library")
    session = await runner.session_service.create_session(app_name="library", user_id="reader-1", session_id="session-1")
    question = types.Content(role="user", parts=[types.Part(text="Is the library open on Friday?")])
    async for _ in runner.run_async(user_id="reader-1", session_id=session.id, new_message=question):
        pass


asyncio.run(main())
recorder.save("google_adk")
