import { describe, expect, it } from "vitest";
import { activeFilters, asTraceId, tracesSearch } from "./traces-search";

describe("tracesSearch", () => {
  /** Damaged parameters are dropped one by one; the rest of the link still works. */
  it("keeps what is valid", () => {
    const search = tracesSearch.parse({ service: "shop", status: "broken", role: "llm", q: 42 });
    expect(search).toEqual({ service: "shop", role: "llm", q: "42" });
    expect(activeFilters(search)).toEqual(["service", "q", "role"]);
  });
});

describe("asTraceId", () => {
  /** Only a whole trace id is opened directly, with or without UUID dashes. */
  it("recognises trace ids", () => {
    expect(asTraceId(" D04B80117AF23699E832AC8FC6AFCBB7 ")).toBe("d04b80117af23699e832ac8fc6afcbb7");
    expect(asTraceId("d04b8011-7af2-3699-e832-ac8fc6afcbb7")).toBe("d04b80117af23699e832ac8fc6afcbb7");
    expect(asTraceId("checkout")).toBeUndefined();
  });
});
