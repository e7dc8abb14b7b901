/** The small square that tells what a span is: one glyph and colour per role, span kind where there is none. */
import { ArrowDownLeft, ArrowUpRight, Inbox, type LucideIcon, Minus, Send, Waypoints } from "lucide-react";
import { Hint } from "@/components/hint/hint";
import { cn } from "@/lib/cn";
import { roleColor, roleLook } from "./roles";

const KINDS: Record<string, { label: string; icon: LucideIcon }> = {
  server: { label: "Server", icon: ArrowDownLeft },
  client: { label: "Client", icon: ArrowUpRight },
  trace: { label: "Trace", icon: Waypoints },
  producer: { label: "Producer", icon: Send },
  consumer: { label: "Consumer", icon: Inbox },
};
const PLAIN = { label: "Span", icon: Minus };

export function describeKind(role: string | null, kind?: string): string {
  return (roleLook(role) ?? KINDS[kind ?? ""] ?? PLAIN).label;
}

interface RoleMarkProps {
  spanRole: string | null;
  kind?: string;
  size?: "sm" | "md";
}

export function RoleMark({ spanRole: role, kind, size = "sm" }: RoleMarkProps) {
  const { label, icon: Icon } = roleLook(role) ?? KINDS[kind ?? ""] ?? PLAIN;
  const color = roleColor(role);
  return (
    <Hint
      silent
      content={() => label}
      className={cn(
        "grid shrink-0 place-items-center rounded-[5px]",
        size === "sm" ? "size-[18px]" : "size-6",
        role === "workflow" && "ring-1 ring-[var(--mark)]/50 ring-inset",
      )}
      style={{
        ["--mark" as string]: color,
        color,
        backgroundColor: `color-mix(in oklab, ${color} 17%, transparent)`,
      }}
    >
      <Icon size={size === "sm" ? 12 : 15} strokeWidth={2.2} aria-hidden />
      <span className="sr-only">{label}</span>
    </Hint>
  );
}
