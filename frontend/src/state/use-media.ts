/** A CSS media query as React state. */
import { useCallback, useSyncExternalStore } from "react";

/** Below this width pages use their one-column form. */
export const NARROW = "(max-width: 767px)";

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia?.(query);
      list?.addEventListener("change", listener);
      return () => list?.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia?.(query).matches ?? false);
}
