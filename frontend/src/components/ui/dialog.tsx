/** A modal dialog: for things that must be answered before going on. */
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** Keeps the dialog when the person clicks beside it, for content that is shown once. */
  sticky?: boolean;
  className?: string;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, sticky, className, children }: DialogProps) {
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
        <Primitive.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onInteractOutside={sticky ? (event) => event.preventDefault() : undefined}
          className={cn(
            "fixed top-[8dvh] left-1/2 z-40 grid max-h-[84dvh] w-[min(30rem,calc(100vw-1.5rem))] -translate-x-1/2 gap-4",
            "animate-pop overflow-y-auto rounded-xl border border-line-strong bg-raised p-5 shadow-pop",
            className,
          )}
        >
          <div className="grid gap-1 pr-8">
            <Primitive.Title className="font-semibold text-lg">{title}</Primitive.Title>
            {description && (
              <Primitive.Description className="text-muted text-sm">{description}</Primitive.Description>
            )}
          </div>
          {children}
          <Primitive.Close asChild>
            <Button weight="ghost" size="icon" aria-label="Close" className="absolute top-3.5 right-3.5">
              <X size={16} />
            </Button>
          </Primitive.Close>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
