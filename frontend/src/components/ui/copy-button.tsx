/** Copies a text and says so. */
import { Check, Copy } from "lucide-react";
import { use, useRef, useState } from "react";
import { RowScope } from "@/components/hint/hint";
import { copyText } from "@/lib/clipboard";
import { cn } from "@/lib/cn";
import { postToast } from "@/state/toasts";
import { Button } from "./button";

/** How long the tick stays. */
const DONE_MS = 1_500;

interface CopyButtonProps {
  text: string | (() => string);
  /** What is copied, for screen readers: "trace id". */
  what: string;
  /** Visible label; without it the button is an icon. */
  label?: string | undefined;
  weight?: "primary" | "secondary" | "ghost";
  className?: string | undefined;
}

export function CopyButton({ text, what, label, weight = "ghost", className }: CopyButtonProps) {
  const inRow = use(RowScope);
  const [done, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  async function handleClick() {
    const copied = await copyText(typeof text === "function" ? text() : text);
    if (!copied) {
      postToast({
        tone: "error",
        title: "Copying was refused by the browser",
        detail: "Select the text instead.",
      });
      return;
    }
    setDone(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setDone(false), DONE_MS);
  }

  const icon = done ? <Check size={14} className="text-ok" /> : <Copy size={14} />;
  return (
    <Button
      weight={weight}
      size={label ? "sm" : "icon"}
      className={cn(label ? "" : "size-6", className)}
      onClick={handleClick}
      aria-label={done ? `Copied ${what}` : `Copy ${what}`}
      // a row's cards say what its values are
      title={inRow ? undefined : `Copy ${what}`}
    >
      {icon}
      {label && (done ? "Copied" : label)}
    </Button>
  );
}
