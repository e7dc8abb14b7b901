/** A labelled form field with its hint or error, wired together for screen readers. */
import { ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";

export const controlClass =
  "h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm text-text placeholder:text-faint " +
  "hover:border-faint focus:border-accent focus:outline-2 focus:outline-accent/30 focus:outline-offset-0 " +
  "aria-invalid:border-danger disabled:opacity-60";

interface LabelProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

export function Field({ label, hint, error, className, ...input }: LabelProps & ComponentProps<"input">) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => <input className={cn(controlClass, className)} {...wiring} {...input} />}
    </Labelled>
  );
}

type TextAreaFieldProps = LabelProps & ComponentProps<"textarea">;

export function TextAreaField({ label, hint, error, className, ...area }: TextAreaFieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(wiring) => (
        <textarea className={cn(controlClass, "h-auto py-1.5", className)} {...wiring} {...area} />
      )}
    </Labelled>
  );
}

interface LabelledProps extends LabelProps {
  children: (wiring: Pick<ComponentProps<"input">, "id" | "aria-invalid" | "aria-describedby">) => ReactNode;
}

/** The label above a control and the note below it; `wiring` ties the control to both. */
function Labelled({ label, hint, error, children }: LabelledProps) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id} className="font-medium text-text text-xs">
        {label}
      </label>
      {children({
        id,
        "aria-invalid": error ? true : undefined,
        "aria-describedby": note ? noteId : undefined,
      })}
      {note && (
        <p id={noteId} className={cn("text-xs", error ? "text-danger-text" : "text-faint")}>
          {note}
        </p>
      )}
    </div>
  );
}

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  hideLabel?: boolean;
}

/** The browser's own select: the right widget on a phone and for a keyboard. */
export function SelectField({ label, hideLabel = false, className, children, ...select }: SelectFieldProps) {
  const id = useId();
  return (
    <div className={cn("grid gap-1.5", hideLabel && "min-w-0 max-sm:flex-[1_1_7rem]")}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-medium text-text text-xs"}>
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          className={cn(
            controlClass,
            "appearance-none truncate pr-8",
            className,
            hideLabel && "max-sm:w-full max-sm:max-w-none",
          )}
          {...select}
        >
          {children}
        </select>
        <ChevronDown
          size={14}
          className="pointer-events-none absolute top-2.25 right-2.5 text-faint"
          aria-hidden
        />
      </div>
    </div>
  );
}
