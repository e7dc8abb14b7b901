/**
 * Routes that the committed OpenAPI document does not describe yet, by hand. Empty this file, and take it out of `client.ts`,
 * as soon as `npm run api:generate` brings them.
 */

export interface UpcomingPaths {
  "/otel/fields": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      responses: { 200: { headers: Record<string, unknown>; content: { "application/json": FieldList } } };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

interface FieldList {
  items: {
    /** As filters name it. */
    name: string;
    /** What its values are: `text`, `word` (one of `values`), `integer`, `number`, `milliseconds`, `boolean`, `id`. */
    kind: string;
    /** Operators of the filter language that it takes. */
    ops: string[];
    /** The only values that it may be compared with; empty where there is no such list. */
    values?: string[];
  }[];
}
