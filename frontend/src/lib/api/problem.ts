/** Every failed request becomes an ApiProblem, so that pages show one kind of error. */
import { z } from "@/lib/zod";

const problemSchema = z.object({
  title: z.string().catch("Request failed"),
  status: z.number().catch(0),
  detail: z.string().optional().catch(undefined),
  request_id: z.string().optional().catch(undefined),
});

export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, title: string, detail?: string, requestId?: string) {
    super(detail ?? title);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.requestId = requestId;
  }
}

/** Builds the problem from a response's parsed body, which may be anything (a proxy's HTML page, nothing). */
export function problemFrom(response: Response, body: unknown): ApiProblem {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) {
    return new ApiProblem(response.status, response.statusText || `HTTP ${response.status}`);
  }
  const { title, detail, request_id } = parsed.data;
  return new ApiProblem(response.status, title, detail, request_id);
}

/** The server did not answer at all: stopped, starting, or the network is away. */
export function unreachable(cause: unknown): ApiProblem {
  const problem = new ApiProblem(0, "The server does not answer", "It may be starting or stopped. Retrying.");
  problem.cause = cause;
  return problem;
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}
