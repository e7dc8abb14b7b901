/** The views of a list: opens them, keeps the present one, and manages the one that is open. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Bookmark, House, Pencil, Plus, Save, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { ApiProblem } from "@/lib/api/problem";
import { postToast } from "@/state/toasts";
import { useViews } from "./use-views";
import { ViewDialog } from "./view-dialog";
import { useMayDelete } from "./view-rights";
import { emptied, isChanged, NO_VIEW, openedSearch, viewSearch } from "./view-search";
import { changeView, deleteView, setDefaultView, type View, type ViewSearch } from "./views-query";

interface ViewsMenuProps {
  page: string;
  search: ViewSearch & { view?: string | undefined };
  /** Takes all parameters of the address, those that become undefined as well. */
  onChoose: (search: ViewSearch, replace?: true) => void;
}

type Open = "new" | "edit" | "delete";

export function ViewsMenu({ page, search, onChoose }: ViewsMenuProps) {
  const client = useQueryClient();
  const { query, active } = useViews({ page, search, replace: (next) => onChoose(next, true) });
  const mayDelete = useMayDelete(active);
  const [open, setOpen] = useState<Open>();
  const views = query.data?.views ?? [];
  const removal = useMutation({
    mutationFn: () => deleteView(client, active?.id ?? ""),
    onSuccess: () => {
      setOpen(undefined);
      onChoose({ ...search, view: NO_VIEW }, true);
    },
  });
  const changed = active !== undefined && isChanged(active, search);

  /** A change without a form: what goes wrong is said beside the page. */
  async function attempt(work: Promise<void>, failed: string) {
    try {
      await work;
    } catch (error) {
      const detail = error instanceof ApiProblem ? error.detail : undefined;
      postToast({ tone: "error", title: failed, ...(detail === undefined ? {} : { detail }) });
    }
  }

  return (
    <>
      <Menu
        align="end"
        className="max-h-[min(32rem,80dvh)] w-64 overflow-y-auto"
        trigger={
          <Button
            className="max-w-48 px-2.5"
            aria-label={active ? `Saved views: ${active.name}${changed ? ", changed" : ""}` : "Saved views"}
          >
            <Bookmark size={14} className={active ? "shrink-0 text-accent-text" : "shrink-0"} />
            <span className="hidden min-w-0 truncate sm:inline">{active?.name ?? "Views"}</span>
            {changed && <span aria-hidden>•</span>}
          </Button>
        }
      >
        {query.isPending && <MenuLabel>Loading views…</MenuLabel>}
        {query.error && !query.data && <MenuLabel>The views could not be loaded.</MenuLabel>}
        {query.data && views.length === 0 && <MenuLabel>No saved views yet</MenuLabel>}
        <Group
          label="Mine"
          views={views.filter((view) => view.is_own)}
          active={active}
          onOpen={(view) => onChoose(openedSearch(view, search))}
        />
        <Group
          label="Shared"
          views={views.filter((view) => !view.is_own)}
          active={active}
          onOpen={(view) => onChoose(openedSearch(view, search))}
        />
        {query.data?.more && <MenuLabel>There are more than these.</MenuLabel>}
        <MenuSeparator />
        <MenuItem onSelect={() => setOpen("new")}>
          <Plus size={15} /> Save this view
        </MenuItem>
        {active?.is_own && changed && (
          <MenuItem
            onSelect={() =>
              void attempt(
                changeView(client, active.id, { search: viewSearch(search) }),
                "The view could not be updated",
              )
            }
          >
            <Save size={15} /> <span className="truncate">Update “{active.name}”</span>
          </MenuItem>
        )}
        {active?.is_own && (
          <MenuItem onSelect={() => setOpen("edit")}>
            <Pencil size={15} /> Rename or share
          </MenuItem>
        )}
        {active && (
          <MenuItem
            onSelect={() =>
              void attempt(
                setDefaultView(client, active.id, !active.is_default),
                "The default view could not be set",
              )
            }
          >
            <House size={15} />{" "}
            {active.is_default ? "No longer open the list with it" : "Open the list with it"}
          </MenuItem>
        )}
        {active && (
          <MenuItem onSelect={() => onChoose({ ...emptied(search), view: NO_VIEW })}>
            <Bookmark size={15} /> Leave this view
          </MenuItem>
        )}
        {active && mayDelete && (
          <MenuItem className="text-danger-text" onSelect={() => setOpen("delete")}>
            <Trash2 size={15} /> Delete “{active.name}”
          </MenuItem>
        )}
      </Menu>
      {(open === "new" || (open === "edit" && active)) && (
        <ViewDialog
          page={page}
          search={viewSearch(search)}
          view={open === "edit" ? active : undefined}
          onSaved={(id) => {
            setOpen(undefined);
            onChoose({ ...search, view: id }, true);
          }}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "delete" && active && (
        <ConfirmDialog
          title={`Delete the view “${active.name}”?`}
          description={
            active.is_shared ? "It is shared: nobody will have it any more." : "No telemetry is deleted."
          }
          action="Delete view"
          mutation={removal}
          onClose={() => setOpen(undefined)}
        />
      )}
    </>
  );
}

interface GroupProps {
  label: string;
  views: View[];
  active: View | undefined;
  onOpen: (view: View) => void;
}

function Group({ label, views, active, onOpen }: GroupProps) {
  if (views.length === 0) return null;
  return (
    <>
      <MenuLabel>{label}</MenuLabel>
      {views.map((view) => (
        <MenuItem
          key={view.id}
          aria-label={view.name}
          aria-current={view.id === active?.id ? "true" : undefined}
          onSelect={() => onOpen(view)}
        >
          <span className={view.id === active?.id ? "truncate font-medium text-accent-text" : "truncate"}>
            {view.name}
          </span>
          <span className="ml-auto flex min-w-0 shrink items-center gap-1.5 text-2xs text-faint">
            {view.is_default && <House size={12} aria-label="opens with the list" />}
            {view.is_own && view.is_shared && <Users size={12} aria-label="shared" />}
            {!view.is_own && <span className="max-w-24 truncate">{view.owner ?? "former account"}</span>}
          </span>
        </MenuItem>
      ))}
    </>
  );
}
