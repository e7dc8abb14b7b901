"""The Junjo SDK: a workflow with a loop, a concurrent group, a subflow and state, sent over OTLP/gRPC."""

import asyncio

from junjo import BaseState, BaseStore, Condition, Edge, Graph, Node, RunConcurrent, Subflow, Workflow
from junjo.telemetry.junjo_otel_exporter import JunjoOtelExporter
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from sending import IdWriter, parser, repeatedly


class ReviewState(BaseState):
    """A text under review."""

    text: str = "Our refund policy allows returns within 30 days."
    attempts: int = 0
    findings: list[str] = []
    verdict: str | None = None


class ReviewStore(BaseStore[ReviewState]):
    """Changes of the state, each of which becomes an event on a span."""

    async def count_attempt(self) -> None:
        state = await self.get_state()
        await self.set_state({"attempts": state.attempts + 1})

    async def add_finding(self, finding: str) -> None:
        state = await self.get_state()
        await self.set_state({"findings": [*state.findings, finding]})

    async def decide(self, verdict: str) -> None:
        await self.set_state({"verdict": verdict})


class ReadNode(Node[ReviewStore]):
    async def service(self, store: ReviewStore) -> None:
        await store.count_attempt()


class ToneNode(Node[ReviewStore]):
    async def service(self, store: ReviewStore) -> None:
        await store.add_finding("tone: friendly")


class FactsNode(Node[ReviewStore]):
    async def service(self, store: ReviewStore) -> None:
        with trace.get_tracer("example").start_as_current_span("chat gpt-4o-mini") as call:
            call.set_attributes({
                "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 120,
                "gen_ai.usage.output_tokens": 9,
            })
        await store.add_finding("facts: correct")


class DecideNode(Node[ReviewStore]):
    async def service(self, store: ReviewStore) -> None:
        await store.decide("publish")


class SummaryState(BaseState):
    """What the subflow works on."""

    summary: str | None = None


class SummaryStore(BaseStore[SummaryState]):
    async def summarise(self, summary: str) -> None:
        await self.set_state({"summary": summary})


class SummariseNode(Node[SummaryStore]):
    async def service(self, store: SummaryStore) -> None:
        await store.summarise("30 days to return")


class StoreSummaryNode(Node[SummaryStore]):
    async def service(self, store: SummaryStore) -> None:
        await store.get_state()


class Summary(Subflow[SummaryState, SummaryStore, ReviewState, ReviewStore]):
    async def pre_run_actions(self, parent_store: ReviewStore, subflow_store: SummaryStore) -> None:
        await parent_store.get_state()

    async def post_run_actions(self, parent_store: ReviewStore, subflow_store: SummaryStore) -> None:
        state = await subflow_store.get_state()
        await parent_store.add_finding(f"summary: {state.summary}")


class ReadAgain(Condition[ReviewState]):
    def evaluate(self, state: ReviewState) -> bool:
        return state.attempts < 2


def summary_graph() -> Graph:
    first, last = SummariseNode(), StoreSummaryNode()
    return Graph(source=first, sinks=[last], edges=[Edge(tail=first, head=last)])


def review_graph() -> Graph:
    read, decide = ReadNode(), DecideNode()
    checks = RunConcurrent(name="Checks", items=[ToneNode(), FactsNode()])
    summary = Summary(name="Summary", graph_factory=summary_graph,
                      store_factory=lambda: SummaryStore(initial_state=SummaryState()))
    edges = [
        Edge(tail=read, head=read, condition=ReadAgain()),
        Edge(tail=read, head=checks),
        Edge(tail=checks, head=summary),
        Edge(tail=summary, head=decide),
    ]
    return Graph(source=read, sinks=[decide], edges=edges)


async def review() -> None:
    workflow = Workflow[ReviewState, ReviewStore](
        name="Review text", graph_factory=review_graph,
        store_factory=lambda: ReviewStore(initial_state=ReviewState()),
    )
    await workflow.execute()


def main() -> None:
    chosen = parser(__doc__, "localhost:50051").parse_args()
    provider = TracerProvider(resource=Resource.create({"service.name": "example-junjo"}))
    exporter = JunjoOtelExporter(endpoint=chosen.endpoint, api_key=chosen.key, insecure=True)
    provider.add_span_processor(exporter.span_processor)
    if chosen.ids:
        provider.add_span_processor(IdWriter(chosen.ids))
    trace.set_tracer_provider(provider)
    for _ in repeatedly(chosen.seconds, chosen.pause):
        asyncio.run(review())
    provider.shutdown()


if __name__ == "__main__":
    main()
