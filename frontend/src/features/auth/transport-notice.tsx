/** Says that passwords and cookies cross the network unencrypted, where the server sees that they do. */
import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import { cn } from "@/lib/cn";
import { configQuery } from "./config-query";

export function TransportNotice({ className }: { className?: string }) {
  const config = useQuery(configQuery());
  if (!config.data?.is_transport_insecure) return null;
  return (
    <p
      role="note"
      className={cn(
        "flex items-start gap-2 rounded-lg border border-warn/35 bg-warn/10 px-3 py-2 text-warn text-xs",
        className,
      )}
    >
      <ShieldAlert size={15} className="mt-px shrink-0" aria-hidden />
      <span>
        This page came over plain http: anyone on the network path can read what you type here, passwords
        included. Put TLS in front before real use.
      </span>
    </p>
  );
}
