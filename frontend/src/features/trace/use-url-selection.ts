/** The selected span: at once on the screen, shortly after in the URL. */
import { useCallback, useLayoutEffect, useRef, useState } from "react";
import type { TraceSearch } from "./trace-search";

/** How long the keys may rest before the URL follows; browsers refuse a URL change per key repeat. */
const URL_DELAY_MS = 120;

/** The span that is selected now, and how to select another. */
export function useUrlSelection(
  inUrl: string | undefined,
  onSearchChange: (change: Partial<TraceSearch>) => void,
): [string | undefined, (spanId: string) => void] {
  const [ahead, setAhead] = useState<{ spanId: string; waiting: boolean; from: string | undefined }>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const url = useRef(inUrl);
  useLayoutEffect(() => {
    url.current = inUrl;
  }, [inUrl]);

  const select = useCallback(
    (spanId: string) => {
      setAhead({ spanId, waiting: true, from: url.current });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        setAhead({ spanId, waiting: false, from: url.current });
        onSearchChange({ span: spanId });
      }, URL_DELAY_MS);
    },
    [onSearchChange],
  );
  // Once the URL has moved, it is the authority again: the back button works.
  const isAhead = ahead !== undefined && (ahead.waiting || ahead.from === inUrl);
  return [isAhead ? ahead.spanId : inUrl, select];
}
