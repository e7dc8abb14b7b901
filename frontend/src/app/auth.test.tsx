import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { addTrace, busyStore, freshStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

describe("first run", () => {
  /** A new server leads to set-up whatever was asked for; the first account signs in and lands on the welcome page. */
  it("leads from set-up to the first trace", async () => {
    const store = freshStore();
    const { router } = renderApp("/traces", store);
    const user = userEvent.setup();
    await screen.findByRole("heading", { name: "Welcome to Junjo" });

    await user.type(screen.getByLabelText("Email"), "ada@example.com");
    await user.type(screen.getByLabelText("Password"), "short");
    await user.click(screen.getByRole("button", { name: "Create account" }));
    expect(await screen.findByText("Use at least 8 characters.")).toBeInTheDocument();

    await user.type(screen.getByLabelText("Password"), " but now long");
    await user.click(screen.getByRole("button", { name: "Create account" }));
    await screen.findByRole("heading", { name: "Send your first trace" });
    expect(router.state.location.pathname).toBe("/welcome");

    await user.click(screen.getByRole("button", { name: "Create key" }));
    const secret = (await screen.findByTestId("api-key-secret")).textContent;
    expect(await screen.findByRole("region", { name: "Junjo SDK configuration" })).toHaveTextContent(
      secret ?? "missing",
    );

    const { traceId } = addTrace(store, Date.now());
    const open = await screen.findByRole("link", { name: /Open trace/ });
    expect(open).toHaveAttribute("href", `/traces/${traceId}`);
  });
});

describe("session", () => {
  /** Signing in returns to the page that was asked for; a wrong password says so and stays. */
  it("returns to the wanted page after sign-in", async () => {
    const store = { ...busyStore(Date.now(), 3), signedIn: false };
    const { router } = renderApp("/services?range=7d", store);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText("Email"), "ada@example.com");
    await user.type(screen.getByLabelText("Password"), "wrong horse");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Email or password is not right.");

    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByRole("heading", { name: "Services" });
    expect(router.state.location.search).toMatchObject({ range: "7d" });
  });

  /** A session that ends while a page is open leads to sign-in instead of an error. */
  it("notices an expired session", async () => {
    const store = busyStore(Date.now(), 3);
    const { router } = renderApp("/services", store);
    await screen.findByRole("table", { name: "Services" });
    store.signedIn = false;
    await screen.findByRole("heading", { name: "Sign in to Junjo" });
    await waitFor(() => expect(router.state.location.search).toMatchObject({ next: "/services" }));
  });
});
