/**
 * How every page looks: a picture of each, light and dark, at desktop and phone width, beside the one in `e2e/pictures`. The mock
 * API has the same data each time, its clock and the page's stand still, and the fonts are the page's own. `make pictures` takes
 * them anew (JUNJO_PICTURES=take).
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { pageList } from "./page-list";
import { compare, shrink, stillPicture } from "./picture";
import { resetMock } from "./target";

const KEPT = "e2e/pictures";
const DIFFERING = "test-results/pictures";
const isTaking = process.env.JUNJO_PICTURES === "take";
/** Names of pages that this run is about; all of them unless it says otherwise. */
const only = new RegExp(process.env.JUNJO_PICTURES_OF ?? "");

/** A Sunday afternoon. */
const NOW = Date.parse("2026-11-29T14:30:00Z");
const THEMES = ["light", "dark"] as const;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 360, height: 740 } };
const ALL_PAGES_MS = 900_000;
const LOADED_MS = 60_000;

/** Share of a picture that may differ: another version of Chromium smooths some letters otherwise. A changed word is more. */
const CHANGED_SHARE_MAX = 0.0005;

test.use({ timezoneId: "UTC", locale: "en-US", reducedMotion: "reduce" });

for (const [size, viewport] of Object.entries(SIZES)) {
  /** Scenario: every page with the same data at the same time. Guarantee: it looks as it did, in both themes. */
  test(`pages look as before, ${size}`, async ({ page, context, request }) => {
    test.setTimeout(ALL_PAGES_MS);
    await resetMock(request, "busy", NOW);
    await page.setViewportSize(viewport);
    await page.clock.setFixedTime(NOW);
    const studio = await context.newPage();
    const seen = new Set<string>();
    for (const [name, url] of (await pageList(page)).filter(([one]) => only.test(one))) {
      await page.emulateMedia({ colorScheme: "light" });
      await open(page, url);
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        const file = `${name}-${theme}-${size}.webp`;
        seen.add(file);
        await examine(studio, file, await stillPicture(page));
      }
    }
    const left = readdirSync(KEPT).filter(
      (file) => file.endsWith(`-${size}.webp`) && !seen.has(file) && only.source === "(?:)",
    );
    if (isTaking) for (const file of left) rmSync(`${KEPT}/${file}`);
    else expect.soft(left, "pictures of pages that are no more").toEqual([]);
    await resetMock(request, "busy");
  });
}

/** Scenario: a page twice, and once more with one other word. Guarantee: equal pages are equal, and a word is a difference. */
test("pictures show a changed word", async ({ page, context, request }) => {
  await resetMock(request, "busy", NOW);
  await page.setViewportSize(SIZES.desktop);
  await page.clock.setFixedTime(NOW);
  const studio = await context.newPage();
  await open(page, "/settings/storage");
  const first = await shrink(studio, await stillPicture(page));
  const second = await shrink(studio, await stillPicture(page));
  expect((await compare(studio, first, second)).changed).toBe(0);
  await page.getByRole("heading", { name: "Deletions" }).evaluate((heading) => {
    heading.textContent = "Erasures";
  });
  const { changed, total } = await compare(studio, first, await shrink(studio, await stillPicture(page)));
  expect(changed / total).toBeGreaterThan(CHANGED_SHARE_MAX);
  await resetMock(request, "busy");
});

async function open(page: Page, url: string) {
  await page.goto(url);
  await expect(page.getByRole("heading").first()).toBeVisible({ timeout: LOADED_MS });
  await expect(page.locator("[data-slot=skeleton]")).toHaveCount(0, { timeout: LOADED_MS });
  await page.waitForLoadState("networkidle");
}

async function examine(studio: Page, file: string, png: string) {
  const taken = await shrink(studio, png);
  const path = `${KEPT}/${file}`;
  if (isTaking) {
    mkdirSync(KEPT, { recursive: true });
    // a picture that looks the same stays byte for byte, so that it is no change
    if (!(await looksAsBefore(studio, path, taken))) writeFileSync(path, Buffer.from(taken, "base64"));
    return;
  }
  const kept = stored(path);
  expect.soft(kept, `${path} is missing: run make pictures`).toBeDefined();
  if (kept === undefined) return;
  const { changed, total, marked } = await compare(studio, kept, taken);
  const share = total === 0 ? 1 : changed / total;
  if (share > CHANGED_SHARE_MAX) {
    mkdirSync(DIFFERING, { recursive: true });
    writeFileSync(`${DIFFERING}/${file.replace(".webp", ".png")}`, Buffer.from(png, "base64"));
    writeFileSync(`${DIFFERING}/${file.replace(".webp", "-marked.png")}`, Buffer.from(marked, "base64"));
  }
  expect
    .soft(share, `${file} looks different: see frontend/${DIFFERING}, and run make pictures if it should`)
    .toBeLessThanOrEqual(CHANGED_SHARE_MAX);
}

async function looksAsBefore(studio: Page, path: string, taken: string): Promise<boolean> {
  const kept = stored(path);
  if (kept === undefined) return false;
  const { changed, total } = await compare(studio, kept, taken);
  return total > 0 && changed === 0;
}

function stored(path: string): string | undefined {
  try {
    return readFileSync(path).toString("base64");
  } catch {
    return undefined;
  }
}
