import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { delay, http } from "msw";
import { describe, expect, it } from "vitest";
import { ok, problem } from "@/testing/mock-api/answers";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

const fieldsAnswer = (answer: () => Response | Promise<Response>) => http.get("*/otel/fields", answer);
const filterInput = () => screen.findByRole("combobox", { name: "Filter" });

describe("filter", () => {
  /** Scenario: the server lists one field that the page never heard of. Guarantee: just that one is suggested. */
  it("suggests the fields of the server", async () => {
    const one = fieldsAnswer(() => ok({ items: [{ name: "project", kind: "text", ops: ["="] }] }));
    renderApp("/traces", busyStore(Date.now(), 3), [one]);
    await userEvent.click(await filterInput());
    const list = screen.getByRole("listbox", { name: "Suggestions" });
    expect(await within(list).findByRole("option", { name: /project/ })).toBeInTheDocument();
    expect(within(list).queryByRole("option", { name: /service/ })).toBeNull();
  });

  /** Scenario: the fields cannot be had. Guarantee: the page says so, and a filter can be typed and applied. */
  it("takes a filter when the fields cannot be loaded", async () => {
    const failing = fieldsAnswer(() => problem(503, "Not now"));
    const { router } = renderApp("/traces", busyStore(Date.now(), 3), [failing]);
    await userEvent.type(await filterInput(), "model exists");
    expect(await screen.findByText(/names of fields could not be loaded/)).toBeInTheDocument();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ filter: "model exists" }));
  });

  /** Scenario: the fields take their time. Guarantee: operators and joints are suggested meanwhile. */
  it("helps while the fields are on their way", async () => {
    const slow = fieldsAnswer(async () => {
      await delay("infinite");
      return ok({ items: [] });
    });
    renderApp("/traces", busyStore(Date.now(), 3), [slow]);
    await userEvent.type(await filterInput(), "model ");
    expect(screen.getByText(/Loading the names of fields/)).toBeInTheDocument();
    expect(screen.getByRole("option", { name: /contains/ })).toBeInTheDocument();
  });
});
