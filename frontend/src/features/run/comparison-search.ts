/** Which two structural versions are beside each other, as it stands in the URL. */
import { z } from "@/lib/zod";

const text = z.coerce.string().min(1).optional().catch(undefined);

export const comparisonSearch = z.object({ left: text, right: text });
