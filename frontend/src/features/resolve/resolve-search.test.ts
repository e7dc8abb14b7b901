import { describe, expect, it } from "vitest";
import { pauseAfter } from "./resolve-query";
import { identityOf, resolveSearch } from "./resolve-search";

describe("a stable link", () => {
  /** Scenario: a whole link, one without a namespace, one with a numeric id, and ones that lack a part. Guarantee: the
   * identity is as the link says it, and there is none without all its parts. */
  it("names an identity", () => {
    const whole = { service_name: "shop", executable_type: "agent", runtime_id: "r1" };
    const of = (search: object) => identityOf(resolveSearch.parse(search));
    expect(of({ ...whole, service_namespace: "eu" })).toEqual({ ...whole, service_namespace: "eu" });
    expect(of(whole)).toEqual({ ...whole, service_namespace: "" });
    expect(of({ ...whole, runtime_id: 42 })?.runtime_id).toBe("42");
    for (const part of ["service_name", "executable_type", "runtime_id"]) {
      expect(of({ ...whole, [part]: undefined }), part).toBeUndefined();
    }
    expect(of({ ...whole, executable_type: "machine" })).toBeUndefined();
  });

  /** Scenario: one answer after another without an owner. Guarantee: the pauses grow, up to half a minute. */
  it("is looked for less and less often", () => {
    expect([1, 2, 3, 5, 6, 60].map(pauseAfter)).toEqual([1_000, 2_000, 4_000, 16_000, 30_000, 30_000]);
  });
});
