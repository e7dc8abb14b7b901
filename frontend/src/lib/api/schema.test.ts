// @vitest-environment node
import { readFile } from "node:fs/promises";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, it } from "vitest";

/** The committed types are those of the committed API document; `npm run api:generate` brings them together. */
it("matches openapi.json", async () => {
  const document = new URL("../../../openapi.json", import.meta.url);
  const generated = `${COMMENT_HEADER}${astToString(await openapiTS(document))}`;
  const committed = await readFile(new URL("./schema.d.ts", import.meta.url), "utf8");
  expect(committed).toBe(generated);
});
