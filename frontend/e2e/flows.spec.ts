/** What people do with the page, on whatever server it runs on. */
import { expect, type Page, test } from "@playwright/test";
import { account, resetMock, sendLog, sendRun } from "./target";

test.beforeAll(async ({ request }) => {
  await resetMock(request, "busy");
});

interface Run {
  trace_id: string;
  span_id: string;
  name: string;
  status: string;
}

async function aRun(page: Page): Promise<Run> {
  const answer = await page.request.get("/otel/runs?limit=50");
  const { items } = (await answer.json()) as { items: Run[] };
  const run = items.find(({ status, name }) => status !== "error" && name.includes("Ticket")) ?? items[0];
  if (!run) throw new Error("the server has no run");
  return run;
}

/** Guarantee: the graph shows, arrow keys step through the state, the URL holds the place, and an event leads to its span. */
test("steps through a run", async ({ page }) => {
  const run = await aRun(page);
  await page.goto(`/runs/${run.trace_id}/${run.span_id}`);
  await expect(page.getByRole("heading", { name: run.name })).toBeVisible();
  const graph = page.getByRole("region", { name: "Graph" });
  await expect(graph.getByRole("button", { name: /executed/ }).first()).toBeVisible();

  const slider = page.getByRole("slider", { name: "State change" });
  const last = Number(await slider.getAttribute("max"));
  expect(last).toBeGreaterThan(1);
  await page.keyboard.press("Home");
  await expect(slider).toHaveValue("0");
  await expect(page.getByRole("heading", { name: "Start state" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(slider).toHaveValue("2");
  await expect(page).toHaveURL(/step=/);
  await page.getByRole("button", { name: "Before and after" }).click();
  await expect(page.getByRole("list", { name: "State after" })).toBeVisible();
  await page.getByRole("button", { name: "Blame" }).click();
  await expect(page.getByRole("list", { name: "State with authors" })).toBeVisible();

  await page.reload();
  await expect(slider).toHaveValue("2");
  await page.getByRole("link", { name: "Span", exact: true }).click();
  await expect(page.getByRole("tree", { name: "Spans" })).toBeVisible();
  await page
    .getByRole("link", { name: /In the run/ })
    .first()
    .click();
  await expect(slider).toHaveValue("2");
});

/** Guarantee: a node says what it did, a subflow folds in place, and all runs of the graph are one click away. */
test("looks at nodes and at all runs", async ({ page }) => {
  const run = await aRun(page);
  await page.goto(`/runs/${run.trace_id}/${run.span_id}`);
  const graph = page.getByRole("region", { name: "Graph" });
  await graph
    .getByRole("button", { name: /, executed/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: "Executions" })).toBeVisible();
  const fold = graph.getByRole("button", { name: /^Fold / }).first();
  if (await fold.isVisible()) {
    const name = await fold.getAttribute("aria-label");
    await fold.click();
    await expect(graph.getByRole("button", { name: name?.replace("Fold", "Unfold") ?? "" })).toBeVisible();
  }
  await page.getByRole("link", { name: "All runs" }).click();
  await expect(page.getByText("Runs in this window")).toBeVisible();
});

/** Guarantee: the palette finds pages and commands, and the help sheet lists the keys. */
test("reaches everything from the keyboard", async ({ page }) => {
  await page.goto("/overview");
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /Search traces/ }).fill("services");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Services" })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page.getByRole("heading", { name: "Traces" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

/** Guarantee: a filter is suggested and applied, is in the URL, is saved as a view, and comes back with it. */
test("filters and saves the view", async ({ page }) => {
  await page.goto("/traces?range=all");
  const filter = page.getByRole("combobox", { name: "Filter" });
  await filter.click();
  await filter.pressSequentially("stat");
  await page.getByRole("option", { name: /^status/ }).click();
  await filter.pressSequentially("= error");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/filter=/);
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Save this view" }).click();
  await page.getByLabel("Name").fill("Failing");
  await page.getByRole("button", { name: "Save view" }).click();
  await page.goto("/traces?range=all");
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Failing", exact: true }).click();
  await expect(page).toHaveURL(/filter=/);
});

/** Guarantee: two traces stand side by side, and a row opens both spans. */
test("compares two traces", async ({ page }) => {
  const answer = await page.request.get("/otel/traces?limit=50");
  const { items } = (await answer.json()) as { items: { trace_id: string }[] };
  await page.goto(`/compare?a=${items[0]?.trace_id}&b=${items.at(-1)?.trace_id}`);
  const rows = page.getByRole("list", { name: "Aligned spans" });
  await rows.getByRole("button").first().click();
  await expect(page.getByRole("region", { name: "Span of A" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Span of B" })).toBeVisible();
});

/** Guarantee: from a trace, one click lays the run before beside it, and another run is two clicks away. */
test("compares a trace with the run before", async ({ page }) => {
  const answer = await page.request.get("/otel/traces?limit=200");
  const { items } = (await answer.json()) as { items: { trace_id: string; root_name: string }[] };
  const newest = items.find(({ root_name }, place) =>
    items.slice(place + 1).some((other) => other.root_name === root_name),
  );
  await page.goto(`/traces/${newest?.trace_id}`);
  await page.getByRole("link", { name: "Compare", exact: true }).click();
  await expect(page.getByText("A is the previous run.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Aligned spans" })).toBeVisible();
  await page.getByRole("button", { name: "Another run for A" }).click();
  await page.getByRole("menuitem", { name: /^Fastest/ }).click();
  await expect(page).toHaveURL(/[?&]a=[0-9a-f]{32}/);
  await expect(page.getByRole("list", { name: "Aligned spans" })).toBeVisible();
});

/** Guarantee: chosen traces become a chain with a column each, and a column leads to the pair with the one before. */
test("compares a chain of traces", async ({ page }) => {
  await page.goto("/compare");
  const recent = page.getByRole("region", { name: "Recent traces" });
  for (const place of [0, 1, 2]) await recent.getByRole("checkbox").nth(place).check();
  await recent.getByRole("button", { name: "Compare" }).click();
  const chain = page.getByRole("table", { name: "Traces of the chain" });
  await expect(chain.getByRole("rowheader", { name: "Duration" })).toBeVisible();
  await chain.getByRole("link", { name: "With the one before" }).first().click();
  await expect(page.getByRole("list", { name: "Aligned spans" })).toBeVisible();
});

/** Guarantee: an invitation makes an account, and rotating a key shows a new secret once. */
test("invites somebody and rotates a key", async ({ page, browser, baseURL }) => {
  const email = `guest-${Date.now()}@example.com`;
  await page.goto("/settings/accounts");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Create invitation" }).click();
  const link = await page.getByTestId("one-time-link").innerText();
  await page.keyboard.press("Escape");

  const guest = await browser.newPage({
    ...(baseURL ? { baseURL } : {}),
    storageState: { cookies: [], origins: [] },
  });
  await guest.goto(link);
  await guest.getByLabel("Password", { exact: true }).fill("a long enough sentence");
  await guest.getByLabel("Password again").fill("a long enough sentence");
  await guest.getByRole("button", { name: "Create account" }).click();
  await expect(guest.getByRole("heading", { name: "Overview" })).toBeVisible();
  await guest.close();

  await page.goto("/settings/api-keys");
  await page
    .getByRole("button", { name: /^More for key/ })
    .first()
    .click();
  await page.getByRole("menuitem", { name: "Rotate" }).click();
  await page.getByRole("button", { name: "Rotate key" }).click();
  await expect(page.getByTestId("api-key-secret")).toBeVisible();
});

/** Guarantee: a log record is found by its text, opens beside the list, and leads to its span, which shows it too. */
test("goes from a log record to its span", async ({ page }) => {
  const traces = await page.request.get("/otel/traces?limit=1");
  const { items } = (await traces.json()) as { items: { trace_id: string }[] };
  const traceId = items[0]?.trace_id ?? "";
  const trace = await page.request.get(`/otel/trace/${traceId}?limit=1`);
  const { spans } = (await trace.json()) as { spans: { span_id: string }[] };
  const text = await sendLog(page.request, { traceId, spanId: spans[0]?.span_id ?? "" });
  await page.goto(`/logs?q=${encodeURIComponent(text)}`);
  const record = page.getByRole("table", { name: "Log records" }).getByRole("link", { name: text }).first();
  await record.click();
  const panel = page.getByRole("complementary", { name: "Log record" });
  await expect(panel).toContainText(text);
  await expect(page).toHaveURL(/record=/);
  await panel.getByRole("link", { name: "Open its span" }).click();
  await expect(page.getByRole("list", { name: "Log records" })).toContainText(text);
});

/** Guarantee: a link that is opened before its run arrives leads through sign-in, waits, and shows the run at its own address; what
 * the run's button copies is the same link. */
test("waits for the run of a link", async ({ page, browser }) => {
  const unique = Date.now();
  const identity = { service_name: `links ${unique}`, runtime_id: `run-${unique}` };
  const query = new URLSearchParams({
    service_namespace: "",
    service_name: identity.service_name,
    executable_type: "workflow",
    runtime_id: identity.runtime_id,
    destination: "detail",
  });
  const link = `/resolve/executable?${query}`;
  const visitor = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const visit = await visitor.newPage();
  await visit.goto(link);
  const signIn = visit.getByRole("heading", { name: "Sign in to Junjo" });
  const waiting = visit.getByRole("heading", { name: "Waiting for telemetry" });
  await expect(signIn.or(waiting)).toBeVisible();
  // the mock has one session for everybody
  if (await signIn.isVisible()) {
    await visit.getByLabel("Email").fill(account.email);
    await visit.getByLabel("Password", { exact: true }).fill(account.password);
    await visit.getByRole("button", { name: "Sign in" }).click();
  }
  await expect(waiting).toBeVisible();
  await sendRun(page.request, { ...identity, name: "Order Intake Workflow" });
  await expect(visit.getByRole("heading", { name: "Order Intake Workflow" })).toBeVisible();
  const { pathname, search } = new URL(visit.url());
  expect(pathname + search).toBe(link);
  await visit.getByRole("button", { name: "Copy link to this run" }).click();
  await expect(visit.getByRole("button", { name: "Copied link to this run" })).toBeVisible();
  const copied = await visit.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(new URL(link, visit.url()).href);
  await visitor.close();
});
