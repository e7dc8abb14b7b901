/** The time by which the mock answers: the real one, or one that stands still, so that pictures of pages are always the same. */
let standing: number | undefined;

/** Milliseconds since 1970. */
export function mockNow(): number {
  return standing ?? Date.now();
}

/** Stops the mock's clock there; undefined starts it again. */
export function setMockTime(timeMs: number | undefined): void {
  standing = timeMs;
}

export function isMockTimeStanding(): boolean {
  return standing !== undefined;
}
