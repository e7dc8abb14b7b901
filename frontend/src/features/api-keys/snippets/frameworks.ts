/** Snippets for agent frameworks in Python: the SDK with what instruments the framework, and a first call. */
import { PYTHON_SDK, pythonProvider } from "./python";
import type { Snippet, SnippetTarget } from "./snippet";

interface Framework {
  id: string;
  label: string;
  about: string;
  /** Packages beside the SDK. */
  packages: string;
  /** The import of what instruments it, and the call that does. */
  instrument: readonly [string, string];
  /** A program that makes a first call. */
  program: string;
}

const FRAMEWORKS: readonly Framework[] = [
  {
    id: "langchain",
    label: "LangChain",
    about: "LangGraph too: agents, chains, tools, retrievers and model calls, by OpenInference.",
    packages: "openinference-instrumentation-langchain langchain langchain-openai",
    instrument: [
      "from openinference.instrumentation.langchain import LangChainInstrumentor",
      "LangChainInstrumentor().instrument(tracer_provider=provider)",
    ],
    program: `from langchain.agents import create_agent


def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


agent = create_agent("openai:gpt-4o-mini", tools=[opening_hours])
question = {"role": "user", "content": "Is the library open on Friday?"}
print(agent.invoke({"messages": [question]})["messages"][-1].content)`,
  },
  {
    id: "openai-agents",
    label: "OpenAI Agents",
    about: "Agents, hand-offs, tools and model calls, by OpenInference; nothing goes to OpenAI's own traces.",
    packages: "openinference-instrumentation-openai-agents openai-agents",
    instrument: [
      "from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor",
      "OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)",
    ],
    program: `from agents import Agent, Runner, function_tool


@function_tool
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


agent = Agent(name="Librarian", model="gpt-4o-mini", tools=[opening_hours])
print(Runner.run_sync(agent, "Is the library open on Friday?").final_output)`,
  },
  {
    id: "pydantic-ai",
    label: "Pydantic AI",
    about: "Its own instrumentation: agent runs, tools and model calls with their messages.",
    packages: "'pydantic-ai-slim[openai]'",
    instrument: ["from pydantic_ai import Agent", "Agent.instrument_all()"],
    program: `from pydantic_ai import Agent

agent = Agent("openai:gpt-4o-mini", name="librarian")


@agent.tool_plain
def opening_hours(day: str) -> str:
    """When the library is open."""
    return "9 to 18"


print(agent.run_sync("Is the library open on Friday?").output)`,
  },
  {
    id: "llama-index",
    label: "LlamaIndex",
    about: "Queries, retrievals with their documents, embeddings and model calls, by OpenInference.",
    packages: "openinference-instrumentation-llama-index llama-index-core llama-index-llms-openai",
    instrument: [
      "from openinference.instrumentation.llama_index import LlamaIndexInstrumentor",
      "LlamaIndexInstrumentor().instrument(tracer_provider=provider)",
    ],
    program: `from llama_index.llms.openai import OpenAI

print(OpenAI(model="gpt-4o-mini").complete("Say hello."))`,
  },
  {
    id: "openinference",
    label: "OpenInference",
    about: "Arize's instrumentations, here that of OpenAI's package; there are more than thirty others.",
    packages: "openinference-instrumentation-openai openai",
    instrument: [
      "from openinference.instrumentation.openai import OpenAIInstrumentor",
      "OpenAIInstrumentor().instrument(tracer_provider=provider)",
    ],
    program: `from openai import OpenAI

answer = OpenAI().chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello."}],
)
print(answer.choices[0].message.content)`,
  },
];

/** Each of these with the SDK set up in a file of its own, which the program imports first. */
export function pythonFrameworks(target: SnippetTarget): Snippet[] {
  return FRAMEWORKS.map(({ id, label, about, packages, instrument, program }) => {
    const [imported, call] = instrument;
    const provider = pythonProvider(target.httpUrl, target.apiKey);
    return {
      id,
      label,
      group: "framework",
      about,
      install: `pip install ${PYTHON_SDK} ${packages}`,
      files: [
        { name: "telemetry.py", code: `${imported}\n${provider}\n\n${call}` },
        {
          name: "my_agent.py",
          code: `import telemetry  # first, so that it sees all that follows\n${program}`,
        },
      ],
      run: "python my_agent.py",
    };
  });
}
