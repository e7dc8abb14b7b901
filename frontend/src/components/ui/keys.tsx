/** Keys as they are printed on the keyboard: `g t`, `⌘ K`. */
import { cn } from "@/lib/cn";

const NAMES: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Enter: "↵",
  Space: "Space",
};

const isMac = typeof navigator !== "undefined" && /mac|iphone|ipad/i.test(navigator.userAgent);

export function Keys({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className={cn("inline-flex shrink-0 items-center gap-1", className)}>
      {keys.split(" ").flatMap((part) =>
        part.split("+").map((key) => (
          <kbd
            key={`${part}-${key}`}
            className="grid h-4.5 min-w-4.5 place-items-center rounded-sm border border-line-strong bg-surface px-1 font-sans text-2xs text-muted"
          >
            {key === "mod" ? (isMac ? "⌘" : "Ctrl") : (NAMES[key] ?? key.toUpperCase())}
          </kbd>
        )),
      )}
    </span>
  );
}
