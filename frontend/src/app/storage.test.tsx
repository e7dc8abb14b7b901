import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { describe, expect, it } from "vitest";
import { ok, problem } from "@/testing/mock-api/answers";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

describe("retention and storage", () => {
  /** What is on disk, the server's limits, and who deleted what are on one page. */
  it("shows storage, limits and deletions", async () => {
    renderApp("/settings/storage", busyStore(Date.now(), 2));
    expect(await screen.findByText("Write-ahead log")).toBeInTheDocument();
    expect(await screen.findByText("30 days")).toBeInTheDocument();
    expect(screen.getByText("20.0 GiB")).toBeInTheDocument();
    const ages = screen.getByRole("list", { name: "Retention of services" });
    expect(ages).toHaveTextContent("without effect");
    const deletions = await screen.findByRole("list", { name: "Deletions" });
    expect(deletions).toHaveTextContent("by retention");
    expect(await within(deletions).findByText("by grace@example.com")).toBeInTheDocument();
  });

  /** A service's age is changed in one place, and taken back in another; the other services stay. */
  it("sets and drops the age of a service", async () => {
    const store = busyStore(Date.now(), 12);
    store.storage.retention.services = [{ service: "old-service", days: 9 }];
    renderApp("/settings/storage", store);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Add service" }));
    const dialog = await screen.findByRole("dialog");
    const service = (store.traces[0]?.summary.services ?? [])[0] as string;
    await within(dialog).findByRole("option", { name: service });
    await user.selectOptions(within(dialog).getByLabelText("Service"), service);
    await user.type(within(dialog).getByLabelText("Days"), "5");
    await user.click(within(dialog).getByRole("button", { name: "Delete what is older" }));
    const ages = await screen.findByRole("list", { name: "Retention of services" });
    expect(await within(ages).findByText("5 days")).toBeInTheDocument();
    expect(store.storage.retention.services).toHaveLength(2);
    await user.click(screen.getByRole("button", { name: `Keep ${service} like the rest` }));
    await user.click(await screen.findByRole("button", { name: "Keep like the rest" }));
    await waitFor(() => expect(screen.queryByText("5 days")).toBeNull());
    expect(store.storage.retention.services).toEqual([{ service: "old-service", days: 9 }]);
  });

  /** Nothing goes before the word is typed; what is no trace id is named; then the deletion is listed as pending. */
  it("deletes traces by id", async () => {
    const store = busyStore(Date.now(), 6);
    const traceId = store.traces[0]?.traceId as string;
    renderApp("/settings/storage", store);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Delete telemetry" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete telemetry" });
    expect(dialog).toHaveTextContent("This cannot be undone");
    await user.selectOptions(within(dialog).getByLabelText("What"), "Single traces");
    await user.type(within(dialog).getByLabelText("Trace ids"), `${traceId} nonsense`);
    const go = within(dialog).getByRole("button", { name: "Delete for good" });
    expect(go).toBeDisabled();
    await user.type(within(dialog).getByLabelText(/to confirm/), "delete");
    await user.click(go);
    expect(await within(dialog).findByText(/“nonsense” is no trace id/)).toBeInTheDocument();
    expect(store.traces).toHaveLength(6);
    await user.clear(within(dialog).getByLabelText("Trace ids"));
    await user.type(within(dialog).getByLabelText("Trace ids"), traceId);
    await user.click(go);
    const row = (await screen.findByText(`Trace ${traceId}`)).closest("li") as HTMLElement;
    expect(row).toHaveTextContent("pending");
    expect(store.traces).toHaveLength(5);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  /** A conversation that nobody had is the server's word, shown where it was asked. */
  it("says when nothing belongs to it", async () => {
    renderApp("/settings/storage", busyStore(Date.now(), 3));
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Delete telemetry" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete telemetry" });
    await user.selectOptions(within(dialog).getByLabelText("What"), "The traces of a conversation");
    await user.type(within(dialog).getByLabelText("Conversation id"), "nobody");
    await user.type(within(dialog).getByLabelText(/to confirm/), "delete");
    await user.click(within(dialog).getByRole("button", { name: "Delete for good" }));
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("No trace belongs to it.");
  });

  /** Who may not change anything sees the same, without the ways to change it. */
  it("is read-only for members", async () => {
    const member = http.get("*/auth/me", () =>
      ok({ id: "user-2", email: "grace@example.com", role: "member" }),
    );
    renderApp("/settings/storage", busyStore(Date.now(), 2), [member]);
    const deletions = await screen.findByRole("list", { name: "Deletions" });
    expect(deletions).toHaveTextContent("by account user-2");
    expect(screen.queryByRole("button", { name: "Delete telemetry" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Add service" })).toBeNull();
    expect(screen.queryByRole("button", { name: /like the rest/ })).toBeNull();
  });
});

describe("delete this trace", () => {
  /** From its menu, after the password when the server wants it, back to a list that has it no more. */
  it("leaves its page", async () => {
    let asked = false;
    const strict = http.post("*/otel/deletions", () => {
      if (asked) return undefined;
      asked = true;
      return problem(403, "Forbidden", "Password.", "urn:junjo:problem:not_recently_authenticated");
    });
    const store = busyStore(Date.now(), 4);
    const traceId = store.traces[0]?.traceId as string;
    const { router } = renderApp(`/traces/${traceId}`, store, [strict]);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "More for this trace" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete this trace" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete this trace?" });
    expect(dialog).toHaveTextContent(traceId);
    await user.type(within(dialog).getByLabelText(/to confirm/), "delete");
    await user.click(within(dialog).getByRole("button", { name: "Delete for good" }));
    const password = await screen.findByRole("dialog", { name: "Confirm it is you" });
    await user.type(within(password).getByLabelText("Password"), "correct horse");
    await user.click(within(password).getByRole("button", { name: "Go on" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/traces"));
    expect(await screen.findByRole("table", { name: "Traces" })).toBeInTheDocument();
    expect(store.traces.map((trace) => trace.traceId)).not.toContain(traceId);
  });
});
