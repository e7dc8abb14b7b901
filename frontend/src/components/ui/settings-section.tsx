/** What settings pages consist of: a column of one width on all of them, and titled parts in it. */
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

/** The width of everything on a settings page. */
export const settingsWidth = "w-full max-w-4xl";

export function SettingsColumn({ children }: { children: ReactNode }) {
  return <div className={cn(settingsWidth, "grid gap-8 px-4 py-4 sm:py-6")}>{children}</div>;
}

interface SettingsSectionProps {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function SettingsSection({ title, note, actions, children }: SettingsSectionProps) {
  return (
    <section className="grid min-w-0 gap-3">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-1">
        <div className="grid min-w-0 gap-0.5">
          <h2 className="font-semibold text-base">{title}</h2>
          {note && <p className="text-muted text-sm">{note}</p>}
        </div>
        {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}
