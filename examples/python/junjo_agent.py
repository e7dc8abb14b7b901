"""The Junjo SDK's agents: a model behind an OpenAI-compatible address, a tool, and a workflow that the tool runs, sent over OTLP/gRPC."""

import asyncio
import json
import urllib.request

from junjo import BaseState, BaseStore, Edge, ExecutionCorrelation, Graph, Node, Workflow
from junjo.agent import (
    Agent,
    AgentRunContext,
    FinalOutputResponse,
    ModelDriverBinding,
    ModelDriverDescriptor,
    ModelRequest,
    ModelUsage,
    Tool,
    ToolCall,
    ToolCallsResponse,
)
from junjo.telemetry.junjo_otel_exporter import JunjoOtelExporter
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel

from sending import IdWriter, parser, repeatedly

MODEL = "gpt-4o-mini"


class Day(BaseModel):
    """What the tool is asked."""

    day: str


class Hours(BaseModel):
    """What it answers."""

    closes: str


class ChatModel:
    """Asks a vendor with OpenAI's chat completions."""

    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url.rstrip('/')}/v1/chat/completions"

    async def request(self, request: ModelRequest) -> object:
        asked = {"model": MODEL, "messages": list(messages_of(request)), "tools": [
            {"type": "function", "function": {
                "name": tool["name"], "description": tool["description"], "parameters": tool["inputSchema"]}}
            for tool in request.to_json()["tools"]
        ]}
        answer = await asyncio.to_thread(self._post, asked)
        usage = ModelUsage(
            input_tokens=answer["usage"]["prompt_tokens"], output_tokens=answer["usage"]["completion_tokens"],
            total_tokens=answer["usage"]["total_tokens"],
        )
        message = answer["choices"][0]["message"]
        if calls := message.get("tool_calls"):
            wanted = [ToolCall(id=call["id"], name=call["function"]["name"],
                               arguments=json.loads(call["function"]["arguments"])) for call in calls]
            return ToolCallsResponse(tool_calls=wanted, usage=usage)
        return FinalOutputResponse(output=message["content"], usage=usage)

    def _post(self, body: object) -> dict:
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self._url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def messages_of(request: ModelRequest):
    """The normalized messages as OpenAI's."""
    yield {"role": "system", "content": request.instructions}
    for message in request.to_json()["messages"]:
        match message["type"]:
            case "agent_input":
                yield {"role": "user", "content": json.dumps(message["input"])}
            case "assistant_tool_calls":
                calls = [{"id": call["id"], "type": "function", "function": {
                    "name": call["name"], "arguments": json.dumps(call["arguments"])}} for call in message["calls"]]
                yield {"role": "assistant", "content": None, "tool_calls": calls}
            case "tool_result":
                yield {"role": "tool", "tool_call_id": message["callId"], "content": json.dumps(message["result"])}
            case _:
                yield {"role": "assistant", "content": json.dumps(message["output"])}


class LookUpState(BaseState):
    """What the tool's workflow works on."""

    day: str
    closes: str | None = None


class LookUpStore(BaseStore[LookUpState]):
    async def found(self, closes: str) -> None:
        await self.set_state({"closes": closes})


class OpenBookNode(Node[LookUpStore]):
    async def service(self, store: LookUpStore) -> None:
        await store.get_state()


class ReadHoursNode(Node[LookUpStore]):
    async def service(self, store: LookUpStore) -> None:
        await store.found("18:00")


def look_up_graph() -> Graph:
    first, last = OpenBookNode(), ReadHoursNode()
    return Graph(source=first, sinks=[last], edges=[Edge(tail=first, head=last)])


async def opening_hours(input: Day, context: AgentRunContext[None]) -> Hours:
    workflow = Workflow[LookUpState, LookUpStore](
        name="Look up hours", graph_factory=look_up_graph,
        store_factory=lambda: LookUpStore(initial_state=LookUpState(day=input.day)),
    )
    result = await workflow.execute()
    return Hours(closes=result.state.closes or "never")


def librarian(vendor: str) -> Agent:
    descriptor = ModelDriverDescriptor(driver_key="chat", provider="openai", model=MODEL)
    return Agent(
        key="librarian", name="Librarian", instructions="Answer about the library with its opening hours.",
        input_type=str, output_type=str,
        model=ModelDriverBinding.shared(descriptor=descriptor, driver=ChatModel(vendor)),
        tools=[Tool(name="opening_hours", description="When the library closes on a day.",
                    input_type=Day, output_type=Hours, shared_service=opening_hours)],
    )


def main() -> None:
    arguments = parser(__doc__, "localhost:50051")
    arguments.add_argument("--vendor", required=True, help="the model's address, without /v1/chat/completions")
    chosen = arguments.parse_args()
    resource = {"service.name": "example-junjo-agent", "service.namespace": "examples", "service.version": "1.0"}
    provider = TracerProvider(resource=Resource.create(resource))
    exporter = JunjoOtelExporter(endpoint=chosen.endpoint, api_key=chosen.key, insecure=True)
    provider.add_span_processor(exporter.span_processor)
    if chosen.ids:
        provider.add_span_processor(IdWriter(chosen.ids))
    trace.set_tracer_provider(provider)
    agent = librarian(chosen.vendor)
    for number in repeatedly(chosen.seconds, chosen.pause):
        correlation = ExecutionCorrelation(type="question", id=str(number))
        asyncio.run(agent.execute("When does the library close on Friday?", dependencies=None, correlation=correlation))
    provider.shutdown()


if __name__ == "__main__":
    main()
