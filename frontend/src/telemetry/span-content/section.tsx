/** A titled part of the span panel. */
import type { ReactNode } from "react";

interface SectionProps {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, note, actions, children }: SectionProps) {
  return (
    <section className="grid min-w-0 gap-2">
      <div className="flex min-h-6 items-center gap-2">
        <h3 className="font-medium text-muted text-xs">{title}</h3>
        {note && <span className="text-2xs text-faint tnum">{note}</span>}
        {actions && <span className="ml-auto flex items-center gap-1">{actions}</span>}
      </div>
      {children}
    </section>
  );
}

/** A bordered block for payloads. */
export function Plate({ children }: { children: ReactNode }) {
  return <div className="min-w-0 rounded-lg border border-line bg-sunken p-2.5">{children}</div>;
}
