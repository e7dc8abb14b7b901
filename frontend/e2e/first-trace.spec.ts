/** From an empty server to the first trace on the screen. */
import { expect, test } from "@playwright/test";
import { account, resetMock, SCREENSHOTS, SESSION_FILE, sendTelemetry } from "./target";

/** Guarantee: register, create a key, send, and the trace appears by itself and opens; the time it took is printed. */
test("registers, creates a key, sends, and sees the trace", async ({ page, request, context }) => {
  await resetMock(request, "fresh");
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) problems.push(message.text());
  });

  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Welcome to Junjo" })).toBeVisible();
  await page.screenshot({ path: `${SCREENSHOTS}/setup.png` });
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page.getByRole("heading", { name: "Send your first trace" })).toBeVisible();
  await expect(page.getByText("Waiting for spans…")).toBeVisible();
  await page.getByRole("button", { name: "Create key" }).click();
  const apiKey = await page.getByTestId("api-key-secret").innerText();
  await expect(page.getByRole("region", { name: "Junjo SDK configuration" })).toContainText(apiKey);
  await page.screenshot({ path: `${SCREENSHOTS}/welcome-key.png` });

  const sent = sendTelemetry(request, apiKey);
  const open = page.getByRole("link", { name: "Open trace" });
  await sent;
  const acknowledged = Date.now();
  await expect(open).toBeVisible();
  console.log(`first trace visible ${Date.now() - acknowledged} ms after it was sent`);
  await page.screenshot({ path: `${SCREENSHOTS}/welcome-arrived.png` });

  await open.click();
  const tree = page.getByRole("tree", { name: "Spans" });
  await expect(tree.getByRole("treeitem").first()).toBeVisible();
  await tree.focus();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("tab", { name: "Raw" }).click();
  await expect(page.getByRole("tabpanel")).toContainText("spanId");
  await expect(page).toHaveURL(/tab=raw/);
  await page.reload();
  await expect(page.getByRole("tab", { name: "Raw" })).toHaveAttribute("aria-selected", "true");

  await page.getByRole("link", { name: "Traces", exact: true }).click();
  await expect(page.getByRole("table", { name: "Traces" }).getByRole("link").first()).toBeVisible();
  await context.storageState({ path: SESSION_FILE });

  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Junjo" })).toBeVisible();
  await page.screenshot({ path: `${SCREENSHOTS}/login.png` });
  await page.getByLabel("Email").fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await context.storageState({ path: SESSION_FILE });
  expect(problems).toEqual([]);
});
