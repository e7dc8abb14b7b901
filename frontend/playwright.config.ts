/**
 * Flows in a real browser. Against a real, empty server: JUNJO_E2E_URL is its address and JUNJO_E2E_SEND a shell command
 * that sends telemetry with the key in JUNJO_API_KEY. Without them, the built page runs on the mock API.
 */
import { defineConfig } from "@playwright/test";
import { MOCK_URL, SESSION_FILE } from "./e2e/target";

const url = process.env.JUNJO_E2E_URL;
/** Origin of the Go server's page, which makes the first account itself: it has a server of its own. */
const isOldPage = process.env.JUNJO_E2E_OLD_PAGE !== undefined;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  workers: 1,
  // a busy machine must not fail a test: these end what hangs
  timeout: 360_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: url ?? MOCK_URL,
    launchOptions: {
      executablePath: process.env.JUNJO_E2E_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    permissions: ["clipboard-read", "clipboard-write"],
  },
  projects: isOldPage
    ? [{ name: "old-page", testMatch: "old-page.spec.ts" }]
    : [
        { name: "flow", testMatch: "first-trace.spec.ts" },
        {
          name: "pages",
          testMatch: "pages.spec.ts",
          dependencies: ["flow"],
          use: { storageState: SESSION_FILE },
        },
        {
          name: "flows",
          testMatch: ["flows.spec.ts", "trace.spec.ts"],
          dependencies: ["flow"],
          use: { storageState: SESSION_FILE },
        },
        {
          name: "lists",
          testMatch: "lists.spec.ts",
          dependencies: ["flow"],
          use: { storageState: SESSION_FILE },
        },
        ...(url
          ? []
          : [
              { name: "large", testMatch: "large-trace.spec.ts", dependencies: ["pages"] },
              { name: "figures", testMatch: "figures.spec.ts" },
              { name: "visual", testMatch: "visual.spec.ts" },
            ]),
      ],
  ...(url
    ? {}
    : {
        webServer: {
          command: "npm run build && npm run preview:mock",
          url: MOCK_URL,
          reuseExistingServer: !process.env.CI,
          timeout: 360_000,
        },
      }),
});
