/** Chooses the columns of a table and how close its rows stand. */
import { Check, Columns3 } from "lucide-react";
import { Popover } from "radix-ui";
import { type FormEvent, useState } from "react";
import { usePreferences } from "@/state/preferences";
import { Button } from "./button";
import { controlClass } from "./field";
import { Segmented } from "./segmented";

interface ColumnsMenuProps {
  columns: readonly { id: string; label: string }[];
  shown: readonly string[];
  onShownChange: (shown: string[]) => void;
  /** Makes a column of what somebody typed; undefined when it cannot be one. */
  columnOf: (typed: string) => string | undefined;
  /** Columns that were typed and can be taken away, by id. */
  labelOf: (id: string) => string;
  /** Back to what the list has by itself; undefined when it has that. */
  onReset: (() => void) | undefined;
}

export function ColumnsMenu(props: ColumnsMenuProps) {
  const { columns, shown, onShownChange, columnOf, labelOf, onReset } = props;
  const { density, update } = usePreferences();
  const [wrong, setWrong] = useState(false);
  const typed = shown.filter((id) => !columns.some((column) => column.id === id));
  const toggle = (id: string) =>
    onShownChange(shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id]);

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const id = columnOf(String(new FormData(form).get("attribute")));
    setWrong(id === undefined);
    if (id === undefined) return;
    if (!shown.includes(id)) onShownChange([...shown, id]);
    form.reset();
  }

  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button className="px-2.5" aria-label="Columns">
          <Columns3 size={14} />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Columns"
          className="z-50 grid max-h-[min(36rem,80dvh)] w-64 animate-pop gap-1 overflow-y-auto rounded-lg border border-line-strong bg-raised p-1 shadow-pop"
        >
          <div className="flex items-center justify-between gap-2 px-2 pt-1.5 pb-1 text-faint text-xs">
            Rows
            <Segmented
              label="Height of rows"
              value={density}
              onValueChange={(next) => update({ density: next })}
              options={[
                { value: "comfortable", label: "Comfortable" },
                { value: "compact", label: "Compact" },
              ]}
            />
          </div>
          <p className="px-2 pt-1 text-faint text-xs">Columns</p>
          <ul aria-label="Columns">
            {[...columns, ...typed.map((id) => ({ id, label: labelOf(id) }))].map(({ id, label }) => (
              <li key={id}>
                <button
                  type="button"
                  aria-pressed={shown.includes(id)}
                  onClick={() => toggle(id)}
                  className="flex min-h-8 w-full items-center gap-2 rounded-md px-2 text-left text-sm hover:bg-hover"
                >
                  <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">{label}</span>
                  {shown.includes(id) && (
                    <Check size={14} className="shrink-0 text-accent-text" aria-hidden />
                  )}
                </button>
              </li>
            ))}
          </ul>
          <form onSubmit={handleSubmit} className="grid gap-1 border-line border-t p-2">
            <label htmlFor="attribute-column" className="text-faint text-xs">
              Any attribute of the trace
            </label>
            <div className="flex gap-1.5">
              <input
                id="attribute-column"
                name="attribute"
                placeholder="http.route"
                autoComplete="off"
                spellCheck={false}
                aria-invalid={wrong || undefined}
                className={`${controlClass} min-w-0 font-mono text-xs`}
              />
              <Button type="submit">Add</Button>
            </div>
            {wrong && (
              <p role="alert" className="text-danger-text text-xs">
                Write the name of one attribute.
              </p>
            )}
          </form>
          {onReset && (
            <Button weight="ghost" size="sm" onClick={onReset}>
              Back to the usual columns
            </Button>
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
