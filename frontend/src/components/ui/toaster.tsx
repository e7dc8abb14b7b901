/** Shows the posted toasts. */
import { CircleAlert, Info, X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { useToasts } from "@/state/toasts";
import { Button } from "./button";

const DURATION_MS = 6_000;

export function Toaster() {
  const { toasts, dismiss } = useToasts();
  return (
    <Primitive.Provider duration={DURATION_MS}>
      {toasts.map((toast) => (
        <Primitive.Root
          key={toast.id}
          onOpenChange={(open) => !open && dismiss(toast.id)}
          className="flex w-80 max-w-[calc(100vw-2rem)] animate-pop items-start gap-2.5 rounded-lg border border-line-strong bg-raised p-3 shadow-pop"
        >
          {toast.tone === "error" ? (
            <CircleAlert size={16} className="mt-0.5 shrink-0 text-danger-text" />
          ) : (
            <Info size={16} className="mt-0.5 shrink-0 text-accent-text" />
          )}
          <div className="min-w-0 flex-1">
            <Primitive.Title className="font-medium text-sm">{toast.title}</Primitive.Title>
            {toast.detail && (
              <Primitive.Description className="text-muted text-xs">{toast.detail}</Primitive.Description>
            )}
          </div>
          <Primitive.Close asChild>
            <Button weight="ghost" size="icon" aria-label="Dismiss" className="-m-1 size-6">
              <X size={14} />
            </Button>
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className="fixed right-4 bottom-4 z-50 grid gap-2" />
    </Primitive.Provider>
  );
}
