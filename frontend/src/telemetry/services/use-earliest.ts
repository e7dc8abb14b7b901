/** When the first service was seen: where "all time" begins, for questions that need a start. */
import { useQuery } from "@tanstack/react-query";
import { servicesQuery } from "./services-query";

const ALL_TIME = { range: "all" } as const;

/** ISO 8601; undefined while it is not known, or when nothing was ever sent. */
export function useEarliest(): string | undefined {
  const services = useQuery(servicesQuery(ALL_TIME));
  return services.data?.map((service) => service.first_seen).sort()[0];
}
