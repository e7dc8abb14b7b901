/** What a failed span says about itself: its status and its exceptions, each once. Pure. */
import type { Derived } from "@/telemetry/trace/span-query";

type Exception = Derived["exceptions"][number];

interface ToldFailures {
  /** The span's own words, where no exception has them. */
  status: string | undefined;
  exceptions: Exception[];
}

/** SDKs make the status of an exception's type and message; others put more into it, or something else. */
export function toldFailures(exceptions: readonly Exception[], statusMessage: string): ToldFailures {
  const status = statusMessage.trim();
  const isTold = status === "" || exceptions.some((exception) => whole(exception).includes(status));
  if (isTold) return { status: undefined, exceptions: [...exceptions] };
  // Where the status has an exception's message and more, it stands in its place.
  const told = exceptions.map((exception) =>
    exception.message && status.includes(exception.message) ? { ...exception, message: status } : exception,
  );
  const isMerged = told.some(({ message }) => message === status);
  return { status: isMerged ? undefined : status, exceptions: told };
}

function whole({ type, message }: Exception): string {
  return `${type ?? ""}: ${message ?? ""}`;
}
