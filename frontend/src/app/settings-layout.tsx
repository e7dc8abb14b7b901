/** The frame of the settings: one title, and a row of links to its pages. */
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet } from "@tanstack/react-router";
import { sessionQuery } from "@/state/session-query";
import { SETTINGS_TABS } from "./features";

export function SettingsLayout() {
  const me = useQuery(sessionQuery());
  const shown = SETTINGS_TABS.filter((place) => !place.admin || me.data?.role === "admin");
  return (
    <>
      <header className="shrink-0 border-line border-b px-4 pt-3">
        <h1 className="font-semibold text-lg tracking-tight">Settings</h1>
        <nav
          aria-label="Settings"
          className="mt-1 flex gap-5 overflow-x-auto [scrollbar-width:none]"
          ref={showCurrent}
        >
          {shown.map((place) => (
            <Link
              key={place.to}
              to={place.to}
              className="-mb-px inline-flex h-9 shrink-0 items-center whitespace-nowrap border-transparent border-b-2 font-medium text-muted text-sm hover:text-text focus-visible:outline-offset-[-2px] aria-[current=page]:border-accent aria-[current=page]:text-text"
            >
              {place.label}
            </Link>
          ))}
        </nav>
      </header>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Outlet />
      </div>
    </>
  );
}

/** On a narrow screen the row scrolls; the page one is on must not start out of sight. */
function showCurrent(row: HTMLElement | null) {
  const current = row?.querySelector<HTMLElement>("[aria-current=page]");
  if (row && current) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
}
