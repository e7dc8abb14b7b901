/** Chooses the columns of a table. */
import { Check, Columns3 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { Button } from "./button";
import { itemClass, Menu, MenuLabel } from "./menu";

interface ColumnsMenuProps {
  columns: readonly { id: string; label: string }[];
  hidden: readonly string[];
  onHiddenChange: (hidden: string[]) => void;
}

export function ColumnsMenu({ columns, hidden, onHiddenChange }: ColumnsMenuProps) {
  return (
    <Menu
      align="end"
      className="w-52"
      trigger={
        <Button className="hidden px-2.5 md:inline-flex" aria-label="Columns">
          <Columns3 size={14} />
        </Button>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {columns.map(({ id, label }) => (
        <DropdownMenu.CheckboxItem
          key={id}
          className={itemClass}
          checked={!hidden.includes(id)}
          onCheckedChange={(shown) =>
            onHiddenChange(shown ? hidden.filter((other) => other !== id) : [...hidden, id])
          }
          onSelect={(event) => event.preventDefault()}
        >
          <span className="flex-1">{label}</span>
          <DropdownMenu.ItemIndicator>
            <Check size={14} className="text-accent-text" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.CheckboxItem>
      ))}
    </Menu>
  );
}
