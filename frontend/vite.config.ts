/** Build, dev server and unit tests. `--mode mock` answers API calls from src/testing instead of a server. */
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./precompress.ts";
import { mockApi } from "./src/testing/mock-api/vite-plugin.ts";

const SERVER = process.env.JUNJO_DEV_SERVER ?? "http://127.0.0.1:1324";
/** Of the built page on the mock API, which the tests in Chromium visit; another one lets two checkouts test at once. */
const MOCK_PORT = Number(process.env.JUNJO_MOCK_PORT ?? 5152);
const API_PATHS = ["/auth", "/api-keys", "/otel", "/openapi.json", "/v1", "/health", "/docs"];

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss(), precompress(), ...(mode === "mock" ? [mockApi()] : [])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 5151,
    strictPort: true,
    proxy: mode === "mock" ? {} : Object.fromEntries(API_PATHS.map((path) => [path, { target: SERVER }])),
  },
  preview: { port: MOCK_PORT, strictPort: true },
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
}));
