/** Every page in light and dark, at desktop and phone width: a screenshot, no sideways scrolling, axe finds nothing. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { pageList } from "./page-list";
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
      for (const [name, url] of await pageList(page)) {
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
