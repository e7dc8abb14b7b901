/** Snippets for Node.js. */
import type { Snippet, SnippetTarget } from "./snippet";

function nodeSdk({ httpUrl, apiKey }: SnippetTarget): string {
  return `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";

export const sdk = new NodeSDK({
  serviceName: "my-agent",
  traceExporter: new OTLPTraceExporter({
    url: "${httpUrl}/v1/traces",
    headers: { "x-junjo-api-key": "${apiKey}" },
  }),
});
sdk.start();`;
}

const NODE_SDK = "@opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto";

export function node(target: SnippetTarget): Snippet {
  return {
    id: "node",
    label: "Node.js",
    group: "language",
    about: "The last line matters in a script: without it, the process ends before the spans are sent.",
    install: `npm install ${NODE_SDK} @opentelemetry/api`,
    files: [
      { name: "telemetry.mjs", code: nodeSdk(target) },
      {
        name: "hello.mjs",
        code: `import { sdk } from "./telemetry.mjs";
import { trace } from "@opentelemetry/api";

trace.getTracer("my-agent").startActiveSpan("hello", (span) => {
  span.setAttribute("session.id", "first-session");
  span.end();
});

await sdk.shutdown();`,
      },
    ],
    run: "node hello.mjs",
  };
}

export function aiSdk(target: SnippetTarget): Snippet {
  return {
    id: "ai-sdk",
    label: "Vercel AI SDK",
    group: "framework",
    about: "Steps, tools and model calls of the AI SDK, by its own telemetry.",
    install: `npm install ${NODE_SDK} ai @ai-sdk/openai`,
    files: [
      { name: "telemetry.mjs", code: nodeSdk(target) },
      {
        name: "my-agent.mjs",
        code: `import { sdk } from "./telemetry.mjs";
import { openai } from "@ai-sdk/openai";
import { generateText } from "ai";

const { text } = await generateText({
  model: openai("gpt-4o-mini"),
  prompt: "Say hello.",
  experimental_telemetry: { isEnabled: true },
});
console.log(text);

await sdk.shutdown();`,
      },
    ],
    run: "node my-agent.mjs",
  };
}
