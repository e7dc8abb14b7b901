import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { describe, expect, it } from "vitest";
import { problem } from "@/testing/mock-api/answers";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

describe("overview", () => {
  /** Sums, slow and failing traces and models come together; the service is in the URL. */
  it("shows how things go", async () => {
    const { router } = renderApp("/overview", busyStore(Date.now(), 30));
    expect(await screen.findByRole("heading", { name: "Slowest traces" })).toBeInTheDocument();
    expect(await screen.findByRole("heading", { name: "Models by cost" })).toBeInTheDocument();
    const select = screen.getByLabelText("Service");
    const service = (await within(select).findAllByRole("option"))[1] as HTMLOptionElement;
    await userEvent.selectOptions(select, service);
    await waitFor(() => expect(router.state.location.search).toMatchObject({ service: service.value }));
  });

  /** A server without data says how to begin. */
  it("invites to send the first trace", async () => {
    renderApp("/overview", busyStore(Date.now(), 0));
    expect(await screen.findByRole("link", { name: "Send your first trace" })).toBeInTheDocument();
  });
});

describe("conversations", () => {
  /** A conversation opens with what was said, with a way to each of its traces. */
  it("opens a conversation", async () => {
    renderApp("/conversations", busyStore(Date.now(), 60));
    const table = await screen.findByRole("table", { name: "Conversations" });
    await userEvent.click(within(table).getAllByRole("link")[0] as Element);
    const conversation = await screen.findByRole("list", { name: "Conversation" });
    expect(within(conversation).getAllByRole("link").length).toBeGreaterThan(0);
  });
});

describe("settings", () => {
  /** Administrators invite: the link is shown once, and the invitation is listed until it is taken back. */
  it("invites and takes back", async () => {
    renderApp("/settings/accounts", busyStore(Date.now(), 1));
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Invite" }));
    await user.type(screen.getByLabelText("Email"), "new@example.com");
    await user.click(screen.getByRole("button", { name: "Create invitation" }));
    expect(await screen.findByTestId("one-time-link")).toHaveTextContent("/link#");
    await user.click(screen.getByRole("button", { name: "Close" }));
    const open = await screen.findByRole("list", { name: "Open invitations" });
    const row = (await within(open).findByText("new@example.com")).closest("li") as HTMLElement;
    await user.click(within(row).getByRole("button", { name: "Take back" }));
    await waitFor(() => expect(screen.queryByText("new@example.com")).toBeNull());
  });

  /** A sensitive action asks for the password when the server wants it, and then goes on by itself. */
  it("asks for the password again", async () => {
    let asked = false;
    const strict = http.delete("*/auth/sessions/:id", () => {
      if (asked) return undefined;
      asked = true;
      return problem(
        403,
        "Forbidden",
        "Present your password again.",
        "urn:junjo:problem:not_recently_authenticated",
      );
    });
    renderApp("/settings/profile", busyStore(Date.now(), 1), [strict]);
    const user = userEvent.setup();
    const row = (await screen.findByText("Chrome on Android")).closest("li") as HTMLElement;
    await user.click(within(row).getByRole("button", { name: "Sign out" }));
    const dialog = await screen.findByRole("dialog", { name: "Confirm it is you" });
    await user.type(within(dialog).getByLabelText("Password"), "correct horse");
    await user.click(within(dialog).getByRole("button", { name: "Go on" }));
    await waitFor(() => expect(screen.queryByText("Chrome on Android")).toBeNull());
  });

  /** Refused events can be told from done ones, and the filter is in the URL. */
  it("filters the audit log", async () => {
    const { router } = renderApp("/settings/audit", busyStore(Date.now(), 1));
    expect(await screen.findByText("wrong password")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Refused" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ outcome: "refused" }));
  });

  /** The state of ingestion is readable without an exporter's log. */
  it("tells how ingestion goes", async () => {
    renderApp("/settings/ingestion", busyStore(Date.now(), 2));
    expect(await screen.findByRole("heading", { name: "Recent rejections" })).toBeInTheDocument();
    expect(screen.getByText("Nothing was refused lately.")).toBeInTheDocument();
  });
});

describe("one-time link", () => {
  /** An invitation's link sets the password of the new account; a used one says so. */
  it("is used once", async () => {
    const { router } = renderApp("/link#jl_mock", busyStore(Date.now(), 1));
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText("Password"), "a long enough sentence");
    await user.type(screen.getByLabelText("Password again"), "a long enough sentence");
    await user.click(screen.getByRole("button", { name: "Create account" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/overview"));
  });

  /** Where the server sees an unencrypted network, the pages that take a password say so. */
  it("warns about plain http", async () => {
    const store = busyStore(Date.now(), 1);
    store.accounts.config.is_transport_insecure = true;
    renderApp("/link#jl_mock", store);
    expect(await screen.findByRole("note")).toHaveTextContent("plain http");
  });

  /** A damaged link is explained instead of failing. */
  it("says when it does not work", async () => {
    renderApp("/link#jl_other", busyStore(Date.now(), 1));
    expect(await screen.findByRole("heading", { name: "This link does not work" })).toBeInTheDocument();
  });
});

describe("compare", () => {
  /** Two traces are aligned; choosing a row shows both spans and is in the URL. */
  it("puts traces side by side", async () => {
    const store = busyStore(Date.now(), 12);
    const [a, b] = store.traces;
    const { router } = renderApp(`/compare?a=${a?.traceId}&b=${b?.traceId}`, store);
    const rows = await screen.findByRole("list", { name: "Aligned spans" });
    await userEvent.click(within(rows).getAllByRole("button")[0] as Element);
    await waitFor(() => expect(router.state.location.search).toHaveProperty("row"));
    expect(await screen.findByRole("region", { name: "Span of A" })).toBeInTheDocument();
  });

  /** From a trace alone, the run before it stands on the other side without anybody pasting an id. */
  it("proposes the previous run of the same name", async () => {
    const store = busyStore(Date.now(), 40);
    const [newest] = store.traces;
    const before = store.traces
      .slice(1)
      .find(({ summary }) => summary.root_name === newest?.summary.root_name);
    renderApp(`/compare?b=${newest?.traceId}&against=previous`, store);
    expect(await screen.findByRole("list", { name: "Aligned spans" })).toBeInTheDocument();
    expect(screen.getByRole("textbox", { name: "Trace A" })).toHaveValue(before?.traceId);
  });

  /** Without any trace chosen, recent ones are offered; three of them become a chain with a column each. */
  it("compares a chain of chosen traces", async () => {
    const { router } = renderApp("/compare", busyStore(Date.now(), 12));
    const recent = await screen.findByRole("region", { name: "Recent traces" });
    const user = userEvent.setup();
    for (const box of within(recent).getAllByRole("checkbox").slice(0, 3)) await user.click(box);
    await user.click(within(recent).getByRole("button", { name: "Compare" }));
    const table = await screen.findByRole("table", { name: "Traces of the chain" });
    expect(within(table).getAllByRole("columnheader", { name: /./ })).toHaveLength(3);
    expect(router.state.location.search).toHaveProperty("ids");
    expect(within(table).getByRole("rowheader", { name: "Structure" })).toBeInTheDocument();
  });

  /** A trace that ran once: the page says what to do instead of showing an empty list. */
  it("says when there is no other run", async () => {
    const store = busyStore(Date.now(), 1);
    renderApp(`/compare?b=${store.traces[0]?.traceId}&against=previous`, store);
    expect(await screen.findByRole("heading", { name: /^No other run of/ })).toBeInTheDocument();
  });
});

describe("command palette", () => {
  /** It finds pages by name and goes there. */
  it("goes to a page", async () => {
    const { router } = renderApp("/traces", busyStore(Date.now(), 3));
    await screen.findByRole("table", { name: "Traces" });
    const user = userEvent.setup();
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox", { name: /Search traces/ }), "overview{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe("/overview"));
  });
});

describe("logs", () => {
  /** A record opens beside the list and is in the URL; its span shows the same record in its panel. */
  it("leads from a record to its span and its record there", async () => {
    const { router } = renderApp("/logs?severity=info", busyStore(Date.now(), 12));
    const table = await screen.findByRole("table", { name: "Log records" });
    const user = userEvent.setup();
    await user.click((await within(table).findAllByRole("link", { name: /accepted/ }))[0] as Element);
    const panel = await screen.findByRole("complementary", { name: "Log record" });
    expect(router.state.location.search).toHaveProperty("record");
    expect(within(panel).getByRole("list", { name: "Attributes" })).toHaveTextContent("POST");
    await user.click(within(panel).getByRole("link", { name: "Open its span" }));
    const records = await screen.findByRole("list", { name: "Log records" });
    expect(records).toHaveTextContent("accepted");
    await user.click(within(records).getByRole("button"));
    expect(await within(records).findByRole("list", { name: "Attributes" })).toHaveTextContent("POST");
  });

  /** Filters are in the URL, and an empty result offers to drop them. */
  it("filters and says when nothing matches", async () => {
    const { router } = renderApp("/logs?q=no-such-text", busyStore(Date.now(), 4));
    await userEvent.click(await screen.findByRole("button", { name: "Clear filters" }));
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty("q"));
    expect(await screen.findByRole("table", { name: "Log records" })).toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText("Severity"), "error");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ severity: "error" }));
  });
});
