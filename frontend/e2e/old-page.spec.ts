/** The Go server's page against this server: its calls in its order, from its own origin, with cookies and preflights of a browser. */
import { expect, test } from "@playwright/test";
import { keys, nodesOf, OldApi, openOldPage, spans, users } from "./old-page";
import { account, sendTelemetry } from "./target";

const SECOND = { email: "second@example.com", password: "another correct horse" };

/** Guarantee: set-up, signing in, keys, accounts, every list, a run's graph and the playground, as the old page asks for them. */
test("the old page's calls work from its own origin", async ({ page, request, baseURL }) => {
  // cookies are of one site: the page and the API are both localhost
  const api = new OldApi(page, new URL(baseURL ?? "").origin.replace("127.0.0.1", "localhost"));
  const stopServing = await openOldPage(page, process.env.JUNJO_E2E_OLD_PAGE ?? "http://localhost:5153");

  const hasUsers = () => api.call("GET", "/users/db-has-users", undefined, "same-origin");
  expect((await hasUsers()).body).toEqual({ usersExist: false });
  expect((await api.get("/auth-test")).status).toBe(401);
  expect((await api.call("POST", "/users/create-first-user", account)).ok).toBe(true);
  await page.reload();
  expect((await hasUsers()).body).toEqual({ usersExist: true });
  expect((await api.get("/auth-test")).status).toBe(401);
  const wrong = await api.call("POST", "/sign-in", { ...account, password: "wrong" });
  expect([wrong.status, wrong.body]).toEqual([401, { message: "invalid credentials" }]);
  expect((await api.call("POST", "/sign-in", account)).ok).toBe(true);
  expect((await api.get("/csrf")).ok).toBe(true);
  expect((await api.get("/auth-test")).body).toEqual({ userEmail: account.email });

  expect(keys(await api.get("/api_keys"))).toEqual([]);
  expect((await api.call("POST", "/api_keys", { name: "old page" })).status).toBe(201);
  expect((await api.call("POST", "/api_keys", { name: "to delete" })).status).toBe(201);
  const made = keys(await api.get("/api_keys"));
  const key = (name: string) => made.find((item) => item.Name === name)?.Key ?? "";
  expect((await api.call("DELETE", `/api_keys/${encodeURIComponent(key("to delete"))}`)).status).toBe(204);
  expect(keys(await api.get("/api_keys")).map((item) => item.Name)).toEqual(["old page"]);

  expect(users(await api.get("/users"))).toHaveLength(1);
  expect((await api.call("POST", "/users", SECOND)).ok).toBe(true);
  expect((await api.call("POST", "/users", SECOND)).status).toBe(409);
  const second = users(await api.get("/users")).find((user) => user.Email === SECOND.email);
  expect((await api.call("DELETE", `/users/${second?.ID}`)).ok).toBe(true);
  expect(users(await api.get("/users"))).toHaveLength(1);

  await sendTelemetry(request, key("old page"));
  const names = async () => (await api.get("/otel/span-service-names")).body as string[];
  await expect.poll(async () => (await names()).length).toBeGreaterThan(0);
  await checkTelemetry(api, names);

  const playground = await api.call("POST", "/llm/generate", { contents: [{ parts: [{ text: "hi" }] }] });
  expect([playground.status, playground.body]).toEqual([
    500,
    { error: "GEMINI_API_KEY environment variable is not set" },
  ]);
  expect((await api.call("POST", "/sign-out")).ok).toBe(true);
  expect((await api.get("/auth-test")).status).toBe(401);
  stopServing();
});

/** Every page about telemetry, for every service. */
async function checkTelemetry(api: OldApi, names: () => Promise<string[]>): Promise<void> {
  let drawn = 0;
  await expect
    .poll(async () => {
      const all = (await names()).map((service) => api.get(`/otel/spans/type/workflow/${service}`));
      return (await Promise.all(all)).flatMap(spans).length;
    })
    .toBeGreaterThan(0);
  for (const service of await names()) {
    for (const lists of ["root-spans-filtered", "root-spans"]) {
      spans(await api.get(`/otel/service/${service}/${lists}`));
    }
    for (const run of spans(await api.get(`/otel/spans/type/workflow/${service}`)).slice(0, 20)) {
      const trace = spans(await api.get(`/otel/trace/${run.trace_id}/nested-spans`));
      const one = await api.get(`/otel/trace/${run.trace_id}/span/${run.span_id}`);
      expect(one.body).toEqual(trace.find((span) => span.span_id === run.span_id));
      const ids = nodesOf(run);
      drawn += trace.filter((span) => span.junjo_span_type === "node" && ids.includes(span.junjo_id)).length;
    }
  }
  expect(drawn).toBeGreaterThan(0);
}
