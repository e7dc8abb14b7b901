/** Copies the link of a run. */
import { CopyButton } from "@/components/ui/copy-button";
import { type LinkedRun, runLink } from "./run-link";

interface CopyRunLinkProps {
  run: LinkedRun;
  /** Visible label; without it the button is an icon. */
  label?: string | undefined;
  className?: string | undefined;
}

export function CopyRunLink({ run, label, className }: CopyRunLinkProps) {
  return (
    <CopyButton
      text={() => runLink(window.location.origin, run)}
      what="link to this run"
      label={label}
      weight={label ? "secondary" : "ghost"}
      className={className}
    />
  );
}
