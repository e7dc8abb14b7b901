/** Saves the present filters of a list under a name, and brings saved ones back. */
import { Bookmark, Plus, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useSavedViews } from "@/state/saved-views";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field } from "./field";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "./menu";

interface ViewsMenuProps {
  page: string;
  search: Record<string, unknown>;
  /** Gets all parameters of the chosen view. */
  onChoose: (search: Record<string, unknown>) => void;
}

const NAME_CHARACTERS_MAX = 60;

export function ViewsMenu({ page, search, onChoose }: ViewsMenuProps) {
  const { views, save, remove } = useSavedViews();
  const [naming, setNaming] = useState(false);
  const own = views.filter((view) => view.page === page);

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (name === "") return;
    save(page, name, search);
    setNaming(false);
  }

  return (
    <>
      <Menu
        align="end"
        className="w-60"
        trigger={
          <Button className="px-2.5" aria-label="Saved views">
            <Bookmark size={14} /> <span className="hidden sm:inline">Views</span>
          </Button>
        }
      >
        {own.length === 0 && <MenuLabel>No saved views yet</MenuLabel>}
        {own.map((view) => (
          <div key={view.id} className="flex items-center">
            <MenuItem className="min-w-0 flex-1" onSelect={() => onChoose(view.search)}>
              <span className="truncate">{view.name}</span>
            </MenuItem>
            <MenuItem
              className="w-8 justify-center px-0 text-faint"
              aria-label={`Delete view ${view.name}`}
              onSelect={(event) => {
                event.preventDefault();
                remove(view.id);
              }}
            >
              <Trash2 size={14} />
            </MenuItem>
          </div>
        ))}
        <MenuSeparator />
        <MenuItem onSelect={() => setNaming(true)}>
          <Plus size={15} /> Save this view
        </MenuItem>
      </Menu>
      <Dialog
        open={naming}
        onOpenChange={setNaming}
        title="Save this view"
        description="Filters and time range, kept in this browser."
      >
        <form onSubmit={handleSubmit} className="grid gap-4">
          <Field
            label="Name"
            name="name"
            required
            autoFocus
            autoComplete="off"
            maxLength={NAME_CHARACTERS_MAX}
          />
          <div className="flex justify-end">
            <Button type="submit" weight="primary">
              Save view
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
