/** What the pages before sign-in have to know about the server. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, deadline, unwrap } from "@/lib/api/client";

export function configQuery() {
  return queryOptions({
    queryKey: ["auth", "config"],
    queryFn: ({ signal }) => unwrap(api.GET("/auth/config", { signal: deadline(signal) })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Rules for a new password; the server's, once they are known. */
export function usePasswordRules(): { charactersMin: number | undefined; hint: string } {
  const config = useQuery(configQuery());
  const charactersMin = config.data?.password_chars_min;
  const least = charactersMin === undefined ? "" : `At least ${charactersMin} characters. `;
  return { charactersMin, hint: `${least}A sentence is better than symbols.` };
}
