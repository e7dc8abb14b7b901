/** The secret, shown once after creation. */
import { KeyRound } from "lucide-react";
import { CopyButton } from "@/components/ui/copy-button";

export function KeyReveal({ secret }: { secret: string }) {
  return (
    <div className="grid gap-2">
      <div className="flex min-w-0 items-center gap-2 rounded-lg border border-accent/40 bg-accent/8 py-1.5 pr-1.5 pl-3">
        <KeyRound size={15} className="shrink-0 text-accent-text" />
        <code className="min-w-0 flex-1 select-all break-all font-mono text-xs" data-testid="api-key-secret">
          {secret}
        </code>
        <CopyButton text={secret} what="API key" label="Copy" weight="secondary" />
      </div>
      <p className="text-muted text-xs">
        Copy it now: the server keeps only a hash, so this key cannot be shown again.
      </p>
    </div>
  );
}
