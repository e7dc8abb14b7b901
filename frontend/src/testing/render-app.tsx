/** Renders the whole app at a URL against a mock store, as route tests need it. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";
import { createApp } from "@/app/create-app";
import { Toaster } from "@/components/ui/toaster";
import { TooltipProvider } from "@/components/ui/tooltip";
import { mockHandlers } from "./mock-api/handlers.ts";
import type { MockStore } from "./mock-api/store.ts";

/** `overrides` answer before the mock store does, for failures. */
export function renderApp(url: string, store: MockStore, overrides: RequestHandler[] = []) {
  const server = setupServer(...overrides, ...mockHandlers(store));
  server.listen({ onUnhandledRequest: "error" });
  onTestFinished(() => server.close());
  const { router, queryClient } = createApp(createMemoryHistory({ initialEntries: [url] }));
  queryClient.setDefaultOptions({ queries: { retry: false } });
  onTestFinished(() => queryClient.clear());
  render(
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>,
  );
  return { router, server };
}
