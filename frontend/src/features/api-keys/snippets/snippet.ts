/** What a snippet is, and the addresses that it is written for. Pure: text from addresses and a key. */

/** Where telemetry is sent, as `GET /otel/endpoints` says. */
export interface SnippetTarget {
  /** OTLP over gRPC, for example `http://localhost:50051`; null when nobody knows where it is received. */
  grpcUrl: string | null;
  /** OTLP over HTTP, without `/v1/traces`. */
  httpUrl: string;
  /** Scheme, host and port of this page, which takes OTLP over HTTP too, also as JSON. */
  pageUrl: string;
  apiKey: string;
}

/** Something to paste. */
export interface SnippetFile {
  /** Name of the file that it belongs in, or what it is. */
  name: string;
  code: string;
}

export interface Snippet {
  id: string;
  label: string;
  group: "language" | "framework";
  /** One sentence about what is seen afterwards, or what to know before. */
  about: string;
  /** What to install first, if anything. */
  install?: string;
  files: SnippetFile[];
  /** What then makes the first span; absent when that is the reader's own program. */
  run?: string;
}

/** Stands in for the key wherever the real one is not known. */
export const KEY_PLACEHOLDER = "YOUR_API_KEY";

/** Host and port as gRPC libraries want them, and whether they speak TLS. */
export function authorityOf(url: string): { authority: string; tls: boolean } {
  const { hostname, port, protocol } = new URL(url);
  const tls = protocol === "https:";
  return { authority: `${hostname}:${port || (tls ? "443" : "80")}`, tls };
}
