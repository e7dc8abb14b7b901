/** Every page in light and dark, at desktop and phone width: a screenshot, no sideways scrolling, axe finds nothing. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { resetMock, SCREENSHOTS } from "./target";

const THEMES = ["light", "dark"] as const;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };

test.beforeAll(async ({ request }) => {
  await resetMock(request, "busy");
});

/** Name and URL of each page; the trace is the newest one. */
async function pages(page: Page): Promise<[string, string][]> {
  const list = (await (await page.request.get("/otel/traces?limit=50")).json()) as {
    items: { trace_id: string; span_count: number }[];
  };
  const largest = list.items.reduce((best, item) => (item.span_count > best.span_count ? item : best));
  const trace = (await (await page.request.get(`/otel/trace/${largest.trace_id}`)).json()) as {
    spans: { span_id: string; role: string | null }[];
  };
  const call = trace.spans.find((span) => span.role === "llm") ?? trace.spans.at(-1);
  return [
    ["traces", "/traces"],
    ["trace", `/traces/${largest.trace_id}`],
    ["span", `/traces/${largest.trace_id}?span=${call?.span_id}`],
    ["span-attributes", `/traces/${largest.trace_id}?span=${call?.span_id}&tab=attributes`],
    ["workflows", "/workflows"],
    ["services", "/services"],
    ["api-keys", "/settings/api-keys"],
    ["welcome", "/welcome"],
    ["not-found", "/nowhere"],
  ];
}

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    /** Guarantee: every page of the signed-in part is presentable, accessible and fits its width. */
    test(`${theme}, ${size}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      for (const [name, url] of await pages(page)) {
        await page.goto(url);
        await expect(page.getByRole("heading").first()).toBeVisible();
        await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
        await page.screenshot({ path: `${SCREENSHOTS}/${name}-${theme}-${size}.png` });
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
          .analyze();
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
        );
        expect.soft(found, `axe on ${name}`).toEqual([]);
      }
    });
  }
}
