import { describe, expect, it } from "vitest";
import { runLink } from "./run-link";

const run = {
  trace_id: "t",
  span_id: "s",
  service: "a b",
  service_namespace: null,
  kind: "agent",
  runtime_id: "r&1",
};

describe("the link of a run", () => {
  it("is its identity, whatever is in it", () => {
    expect(runLink("https://x", run)).toBe(
      "https://x/resolve/executable?service_namespace=&service_name=a+b&executable_type=agent&runtime_id=r%261&destination=detail",
    );
    expect(runLink("", { ...run, service_namespace: "eu" })).toContain("service_namespace=eu&");
  });

  it("is its page for SDKs that give runs no id", () => {
    expect(runLink("https://x", { ...run, runtime_id: null })).toBe("https://x/runs/t/s");
  });
});
