/** A titled part of a settings page. */
import type { ReactNode } from "react";

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
