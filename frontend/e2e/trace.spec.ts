/** What one reads inside a trace, on whatever server the page runs on. */
import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { resetMock } from "./target";

test.beforeAll(async ({ request }) => {
  await resetMock(request, "busy");
});

interface Row {
  span_id: string;
  role: string | null;
  payload?: { derived: { input_preview: string | null; output_preview: string | null } };
}

/** A trace with a model call that says something, and that call. */
async function aTalk(page: Page): Promise<{ traceId: string; spans: Row[]; call: Row; said: string }> {
  const list = await page.request.get("/otel/traces?role=llm&limit=50");
  const { items } = (await list.json()) as { items: { trace_id: string; span_count: number }[] };
  for (const { trace_id: traceId } of items.toSorted((a, b) => b.span_count - a.span_count)) {
    const answer = await page.request.get(`/otel/trace/${traceId}?include=payload&limit=100`);
    const { spans } = (await answer.json()) as { spans: Row[] };
    for (const call of spans) {
      const said = /[A-Za-z]{6,}/.exec(call.payload?.derived.input_preview ?? "")?.[0];
      if (call.role === "llm" && said !== undefined) return { traceId, spans, call, said };
    }
  }
  throw new Error("no trace has a model call with words");
}

/** Guarantee: the trace reads from top to bottom, a step folds and leads to everything about it, and the URL holds the view. */
test("reads a trace", async ({ page }) => {
  const { traceId } = await aTalk(page);
  await page.goto(`/traces/${traceId}`);
  await page.getByRole("button", { name: "Read", exact: true }).click();
  await expect(page).toHaveURL(/view=read/);
  const reading = page.getByRole("region", { name: "Reading" });
  await expect(reading.getByText("Assistant").first()).toBeVisible();
  await expect(page.getByRole("tree", { name: "Spans" })).toBeVisible();

  const step = reading.getByRole("article").last();
  const fold = step.getByRole("button", { name: /^Fold / });
  const name = (await fold.getAttribute("aria-label")) ?? "";
  await fold.click();
  // another step may be the last one in sight now
  const unfold = reading.getByRole("button", { name: name.replace("Fold", "Unfold"), exact: true });
  await expect(unfold.first()).toBeVisible();
  await page.reload();
  await expect(reading.getByRole("article").first()).toBeVisible();
  await reading
    .getByRole("button", { name: /^Everything about / })
    .first()
    .click();
  await expect(page).not.toHaveURL(/view=read/);
  await expect(page.getByRole("complementary", { name: "Selected span" })).toBeVisible();
});

/** Guarantee: a word of a message is found though no name has it, the notice says where was looked, and its places are marked. */
test("finds what was said", async ({ page }) => {
  const { traceId, call, said } = await aTalk(page);
  await page.goto(`/traces/${traceId}?span=${call.span_id}`);
  await page.getByRole("searchbox", { name: "Search in this trace" }).fill(said);
  await expect(page.getByRole("status").filter({ hasText: "searched" })).toHaveText(
    /^[1-9]\d* of \d+ spans? · names, messages, attributes and events searched$/,
  );
  await expect.poll(() => page.evaluate(() => CSS.highlights.get("found")?.size ?? 0)).toBeGreaterThan(0);
});

/** Guarantee: the menu saves all spans of the trace as OTLP/JSON. */
test("saves a trace", async ({ page }) => {
  const { traceId, spans } = await aTalk(page);
  await page.goto(`/traces/${traceId}`);
  await page.getByRole("button", { name: "More for this trace" }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download as JSON" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe(`trace-${traceId}.json`);
  const { resourceSpans } = JSON.parse(await readFile(await file.path(), "utf8")) as {
    resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string }[] }[] }[];
  };
  const ids = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  expect(ids.map(({ spanId }) => spanId).toSorted()).toEqual(spans.map(({ span_id }) => span_id).toSorted());
});

/** Guarantee: the cost of a call explains itself to the keyboard. */
test("explains a cost", async ({ page }) => {
  const { traceId, call } = await aTalk(page);
  await page.goto(`/traces/${traceId}?span=${call.span_id}`);
  const cost = page.getByRole("complementary", { name: "Selected span" }).locator("dd [data-hint]").last();
  await expect(cost).toBeVisible();
  await page.getByRole("tab", { name: "Overview" }).focus();
  await expect(async () => {
    await page.keyboard.press("Shift+Tab");
    await expect(page.getByRole("tooltip")).toContainText(/price|Reported|Computed|token/, {
      timeout: 1_000,
    });
  }).toPass();
});
