/** Snippets for Python without a framework. */
import { authorityOf, type Snippet, type SnippetTarget } from "./snippet";

/** A workflow of one node: something that has a graph, a state and one change of it. */
const JUNJO_WORKFLOW = `import asyncio

import telemetry
from junjo import BaseState, BaseStore, Graph, Node, Workflow


class State(BaseState):
    greeting: str | None = None


class Store(BaseStore[State]):
    async def greet(self, greeting: str) -> None:
        await self.set_state({"greeting": greeting})


class Greet(Node[Store]):
    async def service(self, store: Store) -> None:
        await store.greet("Hello!")


def graph() -> Graph:
    greet = Greet()
    return Graph(source=greet, sinks=[greet], edges=[])


workflow = Workflow[State, Store](
    name="Hello",
    graph_factory=graph,
    store_factory=lambda: Store(initial_state=State()),
)
asyncio.run(workflow.execute())`;

/** Its exporter speaks gRPC alone; a span processor of one's own takes the way over HTTP where gRPC has no address. */
function junjoProvider({ grpcUrl, httpUrl, apiKey }: SnippetTarget): string {
  if (grpcUrl === null) return pythonProvider(httpUrl, apiKey);
  const { authority, tls } = authorityOf(grpcUrl);
  return `from junjo.telemetry.junjo_otel_exporter import JunjoOtelExporter
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

exporter = JunjoOtelExporter(
    endpoint="${authority}",
    api_key="${apiKey}",
    insecure=${tls ? "False" : "True"},
)
resource = Resource.create({"service.name": "my-agent"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(exporter.span_processor)
trace.set_tracer_provider(provider)`;
}

export function junjo(target: SnippetTarget): Snippet {
  const http = target.grpcUrl === null ? " opentelemetry-exporter-otlp-proto-http" : "";
  return {
    id: "junjo",
    label: "Junjo SDK",
    group: "language",
    about:
      "The exporter alone sends nothing: run a workflow, and see its graph with each change of its state.",
    install: `pip install 'junjo>=0.67'${http}`,
    files: [
      { name: "telemetry.py", code: junjoProvider(target) },
      { name: "hello.py", code: JUNJO_WORKFLOW },
    ],
    run: "python hello.py",
  };
}

/** The SDK with an exporter over HTTP. */
export function pythonProvider(httpUrl: string, apiKey: string): string {
  return `from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter(
    endpoint="${httpUrl}/v1/traces",
    headers={"x-junjo-api-key": "${apiKey}"},
)
resource = Resource.create({"service.name": "my-agent"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)`;
}

/** What `pythonProvider` needs. */
export const PYTHON_SDK = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http";

export function python({ httpUrl, apiKey }: SnippetTarget): Snippet {
  return {
    id: "python",
    label: "Python",
    group: "language",
    about: "Spans of your own, in code. Model calls are recorded by what stands under “Frameworks”.",
    install: `pip install ${PYTHON_SDK}`,
    files: [
      { name: "telemetry.py", code: pythonProvider(httpUrl, apiKey) },
      {
        name: "hello.py",
        code: `from telemetry import provider

tracer = provider.get_tracer("my-agent")
with tracer.start_as_current_span("hello") as span:
    span.set_attribute("session.id", "first-session")`,
      },
    ],
    run: "python hello.py",
  };
}

/** Without a line in the program: packages that are found are instrumented when it starts. */
export function openaiPython({ httpUrl, apiKey }: SnippetTarget): Snippet {
  return {
    id: "openai",
    label: "OpenAI",
    group: "framework",
    about: "No line of your program changes. Without the last variable, prompts and answers are left out.",
    install:
      "pip install openai opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-genai-openai",
    files: [
      {
        name: "shell",
        code: `export OTEL_SERVICE_NAME="my-agent"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_ENDPOINT="${httpUrl}"
export OTEL_EXPORTER_OTLP_HEADERS="x-junjo-api-key=${apiKey}"
export OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="span_only"`,
      },
      {
        name: "my_agent.py",
        code: `from openai import OpenAI

answer = OpenAI().chat.completions.create(
    model="gpt-4o-mini",
    messages=[{"role": "user", "content": "Say hello."}],
)
print(answer.choices[0].message.content)`,
      },
    ],
    run: "opentelemetry-instrument python my_agent.py",
  };
}
