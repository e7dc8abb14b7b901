/** The lists in a real browser: cards over links, order, selection, preview, neighbours, columns, ten thousand rows. */
import { expect, type Page, test } from "@playwright/test";
import { resetMock } from "./target";

test.beforeAll(async ({ request }) => {
  await resetMock(request, "busy");
});

const LISTS = [
  ["/traces?range=all", "Traces"],
  ["/runs?range=all&kind=all", "Runs"],
  ["/conversations?range=all", "Conversations"],
  ["/users?range=all", "End users"],
  ["/services?range=all", "Services"],
  ["/logs?range=all", "Log records"],
] as const;

function rowsOf(page: Page, name: string) {
  return page.getByRole("table", { name }).locator("[data-row-id]");
}

for (const [url, name] of LISTS) {
  /** Guarantee: no row hides a value in a title; a card opens by mouse, keyboard and tap where the link covers the row. */
  test(`opens cards in ${name}`, async ({ browser, page, baseURL }) => {
    await page.goto(url);
    const row = rowsOf(page, name).first();
    await expect(row).toBeVisible();
    expect(await rowsOf(page, name).locator("[title]").count()).toBe(0);
    const value = row.locator("time[data-hint]").last();
    // the row moves down when the chart above the list comes
    await expect(async () => {
      const box = await value.boundingBox();
      if (!box) throw new Error("the value is not on the page");
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await expect(page.getByRole("tooltip")).toContainText("UTC", { timeout: 2_000 });
    }).toPass();
    await page.mouse.move(2, 2);
    await expect(page.getByRole("tooltip")).toBeHidden();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("tooltip")).toBeVisible();

    const phone = await browser.newContext({
      ...(baseURL ? { baseURL } : {}),
      storageState: await page.context().storageState(),
      hasTouch: true,
      viewport: { width: 360, height: 740 },
    });
    const touched = await phone.newPage();
    await touched.goto(url);
    const before = touched.url();
    const seen = rowsOf(touched, name).first().locator("time[data-hint]").last();
    await expect(seen).toBeVisible();
    // where a finger goes: the row's link lies over the value
    const spot = await seen.boundingBox();
    if (!spot) throw new Error("the value is not on the page");
    await touched.touchscreen.tap(spot.x + spot.width / 2, spot.y + spot.height / 2);
    await expect(touched.getByRole("tooltip")).toContainText("UTC");
    expect(touched.url()).toBe(before);
    await phone.close();
  });
}

/** Guarantee: the order of a head is in the address and survives a reload; the most spans come first. */
test("orders traces by spans", async ({ page }) => {
  await page.goto("/traces?range=all");
  await page.getByRole("columnheader", { name: "Spans" }).getByRole("button").click();
  await expect(page).toHaveURL(/order=spans/);
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Spans" })).toHaveAttribute("aria-sort", "descending");
});

/** Guarantee: with the keyboard alone two traces are chosen and compared. */
test("compares two chosen traces", async ({ page }) => {
  await page.goto("/traces?range=all");
  await expect(rowsOf(page, "Traces").first()).toBeVisible();
  for (const key of ["ArrowDown", "x", "j", "x"]) await page.keyboard.press(key);
  await page.getByRole("region", { name: "Selected rows" }).getByRole("link", { name: "Compare" }).click();
  await expect(page.getByRole("list", { name: "Aligned spans" })).toBeVisible();
});

/** Guarantee: Space shows a trace beside the list, and the keys go on through the list; its neighbour is one key away. */
test("previews and goes to neighbours", async ({ page }) => {
  await page.goto("/traces?range=all");
  await expect(rowsOf(page, "Traces").first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  const panel = page.getByRole("complementary", { name: "Preview" });
  await expect(panel.getByRole("list", { name: "Spans of the trace" })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await expect(panel).toBeHidden();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tree", { name: "Spans" })).toBeVisible();
  const first = page.url();
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(first);
  await page.keyboard.press("k");
  await expect(page).toHaveURL(first);
});

/** Guarantee: ten thousand rows are read page by page by scrolling; what is in sight stays there while new rows come on top. */
test("scrolls through ten thousand rows", async ({ page }) => {
  await page.route("**/otel/tail**", (route) => route.abort());
  let fresh = 0;
  await page.route("**/otel/traces?**", async (route) => {
    const url = new URL(route.request().url());
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const items = Array.from({ length: 100 }, (_, at) => row(start + at));
    if (start === 0 && fresh > 0) items.unshift(row(-fresh));
    const next = start + 100 < 10_000 ? String(start + 100) : null;
    await route.fulfill({ json: { items, next_cursor: next, incomplete: null } });
  });
  await page.goto("/traces?range=all");
  const table = page.getByRole("table", { name: "Traces" });
  await expect(rowsOf(page, "Traces").first()).toBeVisible();
  const scroller = table.locator("xpath=..");
  await expect(async () => {
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await expect(table).toHaveAttribute("aria-rowcount", "10001", { timeout: 100 });
  }).toPass({ intervals: [50] });
  await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
  const middle = rowsOf(page, "Traces").nth(20);
  const id = await middle.getAttribute("data-row-id");
  const same = page.locator(`[data-row-id="${id}"]`);
  const before = (await same.boundingBox())?.y;
  fresh = 1;
  await expect(table).toHaveAttribute("aria-rowcount", "10002");
  expect((await same.boundingBox())?.y).toBe(before);
});

const BEGIN_NANOS = 1_790_000_000_000_000_000n;

/** A trace of the made list; the first ones are the newest. */
function row(index: number) {
  const start = BEGIN_NANOS - BigInt(index) * 1_000_000_000n;
  return {
    trace_id: (1_000_000 + index).toString(16).padStart(32, "0"),
    root_name: `turn ${index}`,
    root_role: null,
    root_missing: false,
    root_span_id: "1".repeat(16),
    service: "made",
    services: ["made"],
    models: [],
    start_time: new Date(Number(start / 1_000_000n)).toISOString(),
    start_time_unix_nano: String(start),
    duration_ns: "1000000",
    span_count: 1,
    error_count: 0,
    llm_call_count: 0,
    workflow_count: 0,
    input_tokens: null,
    output_tokens: null,
    cached_input_tokens: null,
    cost_usd: null,
    unpriced_calls: 0,
    session_id: null,
    user_id: null,
    status: "unset",
    first_input: `question ${index}`,
    last_output: null,
    columns: null,
  };
}
