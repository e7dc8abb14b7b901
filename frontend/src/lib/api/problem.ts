/** Every failed request becomes an ApiProblem, so that pages show one kind of error. */
import { z } from "@/lib/zod";

const problemSchema = z.object({
  type: z.string().catch("about:blank"),
  title: z.string().catch("Request failed"),
  status: z.number().catch(0),
  detail: z.string().optional().catch(undefined),
  request_id: z.string().optional().catch(undefined),
  errors: z
    .array(
      z.object({
        field: z.string(),
        message: z.string(),
        /** Where in the field's text, in characters, if it is about a part of it. */
        offset: z.number().optional().catch(undefined),
        length: z.number().optional().catch(undefined),
        /** What may stand there instead. */
        suggestion: z.string().optional().catch(undefined),
      }),
    )
    .catch([]),
});

type Problem = z.infer<typeof problemSchema>;

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  /** What kind of problem it is, for example `urn:junjo:problem:not_found`. */
  readonly type: string;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  /** What is wrong with single fields of the request. */
  readonly fields: Problem["errors"];

  constructor(status: number, title: string, more: Partial<Problem> = {}) {
    super(more.detail ?? title);
    this.status = status;
    this.type = more.type ?? "about:blank";
    this.title = title;
    this.detail = more.detail;
    this.requestId = more.request_id;
    this.fields = more.errors ?? [];
  }
}

/** Builds the problem from a response's parsed body, which may be anything (a proxy's HTML page, nothing). */
export function problemFrom(response: Response, body: unknown): ApiProblem {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) {
    return new ApiProblem(response.status, response.statusText || `HTTP ${response.status}`);
  }
  return new ApiProblem(response.status, parsed.data.title, parsed.data);
}

/** The server did not answer at all: stopped, starting, or the network is away. */
export function unreachable(cause: unknown): ApiProblem {
  const problem = new ApiProblem(0, "Cannot reach the server", {
    detail: "It may be restarting.",
  });
  problem.cause = cause;
  return problem;
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** The request itself makes no sense, whoever sends it. */
export function isInvalidInput(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 400;
}

/** The server cannot say yet, for example while it indexes. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 503;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}
