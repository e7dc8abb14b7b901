/** What the overlay of many runs shows, as it stands in the URL. */
import { timeRangeSearch } from "@/lib/time-range";
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const overlaySearch = timeRangeSearch.extend({ node: text, open: text });

export type OverlaySearch = z.infer<typeof overlaySearch>;
