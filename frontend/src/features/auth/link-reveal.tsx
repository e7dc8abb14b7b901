/** A one-time link, shown once. */
import { CopyButton } from "@/components/ui/copy-button";
import { formatMoment } from "@/lib/format/time";

export function LinkReveal({ path, expiresAt }: { path: string; expiresAt: string }) {
  const link = `${window.location.origin}${path}`;
  return (
    <div className="grid min-w-0 gap-2">
      <div className="flex min-w-0 items-center gap-2 rounded-lg border border-accent/40 bg-accent/8 py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 select-all break-all font-mono text-xs" data-testid="one-time-link">
          {link}
        </code>
        <CopyButton text={link} what="link" label="Copy" weight="secondary" />
      </div>
      <p className="text-muted text-xs">Works until {formatMoment(expiresAt)}.</p>
    </div>
  );
}
