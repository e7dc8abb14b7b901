/** Every page in light and dark, at desktop and phone width: a screenshot, no sideways scrolling, axe finds nothing. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { resetMock, SCREENSHOTS } from "./target";

const THEMES = ["light", "dark"] as const;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };
/** All pages of one variant, each with a full accessibility check, on a busy machine. */
const ALL_PAGES_MS = 600_000;
/** A page that still loads after so long does not load; a busy machine has taken more than five seconds. */
const LOADED_MS = 60_000;

test.beforeAll(async ({ request }) => {
  await resetMock(request, "busy");
});

interface Trace {
  trace_id: string;
  root_role: string | null;
  span_count: number;
  workflow_count: number;
  session_id: string | null;
}

interface Span {
  span_id: string;
  parent_span_id: string | null;
  role: string | null;
}

/** Name and URL of each page; traces and runs are those that the server has. */
async function pages(page: Page): Promise<[string, string][]> {
  const read = async <T>(url: string) => (await (await page.request.get(url)).json()) as T;
  const { items } = await read<{ items: Trace[] }>("/otel/traces?limit=50");
  const largest = items.reduce((best, item) => (item.span_count > best.span_count ? item : best));
  const { spans } = await read<{ spans: Span[] }>(`/otel/trace/${largest.trace_id}`);
  const call = spans.find((span) => span.role === "llm") ?? spans.at(-1);
  const runs = await read<{ items: { trace_id: string; span_id: string; structural_id: string | null }[] }>(
    "/otel/runs?limit=50",
  );
  const first = runs.items.find((item) => item.structural_id !== null) ?? runs.items[0];
  const agent = items.find((item) => item.root_role === "agent")?.trace_id;
  const ofAgent = agent === undefined ? [] : (await read<{ spans: Span[] }>(`/otel/trace/${agent}`)).spans;
  const agentRun = `/runs/${agent}/${ofAgent.find((span) => span.parent_span_id === null)?.span_id}`;
  const conversation = items.find((item) => item.session_id !== null)?.session_id;
  const other = items.find((item) => item.trace_id !== largest.trace_id) ?? largest;
  const trace = `/traces/${largest.trace_id}`;
  const run = `/runs/${first?.trace_id}/${first?.span_id}`;
  return [
    ["overview", "/overview"],
    ["traces", "/traces"],
    ["trace", `${trace}?critical=true`],
    ["trace-tree", `${trace}?view=tree`],
    ["span", `${trace}?span=${call?.span_id}`],
    ["span-attributes", `${trace}?span=${call?.span_id}&tab=attributes`],
    ["span-raw", `${trace}?span=${call?.span_id}&tab=raw`],
    ["runs", "/runs"],
    ["run", run],
    ["run-step", `${run}?step=2&show=state`],
    ["run-blame", `${run}?step=3&show=blame`],
    ["run-facts", `${run}?tab=run`],
    ["overlay", `/runs/overlay/${first?.structural_id}?range=all`],
    ["agent", agentRun],
    ["agent-step", `${agentRun}?step=1`],
    ["logs", "/logs"],
    ["logs-none", "/logs?q=nothing-has-this-text"],
    ["span-logs", `${trace}?tab=logs`],
    ["conversations", "/conversations"],
    ["conversation", `/conversations/${encodeURIComponent(conversation ?? "none")}`],
    ["users", "/users"],
    ["services", "/services"],
    ["compare", `/compare?a=${largest.trace_id}&b=${other.trace_id}`],
    ["compare-start", "/compare"],
    ["compare-proposals", `/compare?b=${largest.trace_id}`],
    ["compare-chain", `/compare?ids=${items.slice(0, 4).map((item) => item.trace_id)}`],
    ["profile", "/settings/profile"],
    ["api-keys", "/settings/api-keys"],
    ["accounts", "/settings/accounts"],
    ["audit", "/settings/audit"],
    ["ingestion", "/settings/ingestion"],
    ["storage", "/settings/storage"],
    ["about", "/settings/about"],
    ["welcome", "/welcome"],
    ["not-found", "/nowhere"],
  ];
}

/** The workflow graph is exempt from the size of targets alone: like a map it is zoomed by its reader. */
async function violationsOf(page: Page) {
  const all = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"])
    .disableRules("target-size")
    .analyze();
  const targets = await new AxeBuilder({ page })
    .withRules("target-size")
    .exclude("section[aria-label=Graph]")
    .analyze();
  return [...all.violations, ...targets.violations];
}

async function examine(page: Page, name: string, variant: string) {
  await page.screenshot({ path: `${SCREENSHOTS}/${name}-${variant}.png` });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
  const found = (await violationsOf(page)).map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
  );
  expect.soft(found, `axe on ${name}`).toEqual([]);
}

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    /** Guarantee: every page of the signed-in part is presentable, accessible and fits its width. */
    test(`${theme}, ${size}`, async ({ page }) => {
      test.setTimeout(ALL_PAGES_MS);
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) problems.push(message.text());
      });
      for (const [name, url] of await pages(page)) {
        await page.goto(url);
        await expect(page.getByRole("heading").first()).toBeVisible({ timeout: LOADED_MS });
        await expect(page.locator("[data-slot=skeleton]")).toHaveCount(0, { timeout: LOADED_MS });
        await examine(page, name, `${theme}-${size}`);
      }
      await page.goto("/settings/storage");
      await page.getByRole("button", { name: "Delete telemetry" }).click();
      await page.getByLabel("Type “delete” to confirm").fill("delete");
      await examine(page, "storage-delete", `${theme}-${size}`);
      expect(problems).toEqual([]);
    });
  }
}
