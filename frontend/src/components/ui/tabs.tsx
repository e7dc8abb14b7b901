/** Tabs whose choice is owned by the caller (usually the URL). */
import { Tabs as Primitive } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";

export const Tabs = Primitive.Root;

export function TabList({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Primitive.List
      aria-label={label}
      className={cn("flex gap-4 overflow-x-auto border-line border-b [scrollbar-width:none]", className)}
    >
      {children}
    </Primitive.List>
  );
}

export function Tab({ className, ...rest }: ComponentProps<typeof Primitive.Trigger>) {
  return (
    <Primitive.Trigger
      className={cn(
        "-mb-px inline-flex h-9 items-center gap-1.5 whitespace-nowrap border-transparent border-b-2 font-medium text-muted text-sm",
        "hover:text-text data-[state=active]:border-accent data-[state=active]:text-text",
        "focus-visible:outline-offset-[-2px]",
        className,
      )}
      {...rest}
    />
  );
}

export function TabPanel({ className, ...rest }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content className={cn("outline-none focus-visible:outline-2", className)} {...rest} />;
}
