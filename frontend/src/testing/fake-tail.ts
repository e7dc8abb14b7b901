/** A live tail that tests speak for; jsdom has none. */
import { onTestFinished, vi } from "vitest";

export class FakeTail extends EventTarget {
  readonly url: string;
  isClosed = false;

  constructor(url: string) {
    super();
    this.url = url;
    opened.push(this);
  }

  close(): void {
    this.isClosed = true;
  }

  send(name: string, data: unknown = {}): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const opened: FakeTail[] = [];

/** Every tail that is opened until the test ends. */
export function fakeTails(): FakeTail[] {
  opened.length = 0;
  vi.stubGlobal("EventSource", FakeTail);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return opened;
}
