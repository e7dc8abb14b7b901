/** Buttons in four weights and two sizes. */
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const WEIGHTS = {
  primary: "bg-accent text-on-accent hover:brightness-110 active:brightness-95",
  secondary: "border border-line-strong bg-raised text-text hover:bg-hover",
  ghost: "text-muted hover:bg-hover hover:text-text data-[state=open]:bg-hover data-[state=open]:text-text",
  danger: "bg-danger text-on-danger hover:brightness-110",
};

const SIZES = {
  md: "h-8 gap-1.5 px-3 text-sm",
  sm: "h-7 gap-1 px-2 text-xs",
  icon: "size-7 justify-center",
};

export interface ButtonProps extends ComponentProps<"button"> {
  weight?: keyof typeof WEIGHTS;
  size?: keyof typeof SIZES;
}

export function buttonClass(
  weight: keyof typeof WEIGHTS = "secondary",
  size: keyof typeof SIZES = "md",
): string {
  return cn(
    "inline-flex shrink-0 items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors",
    "disabled:pointer-events-none disabled:opacity-50",
    WEIGHTS[weight],
    SIZES[size],
  );
}

export function Button({
  weight = "secondary",
  size = "md",
  className,
  type = "button",
  ...rest
}: ButtonProps) {
  return <button type={type} className={cn(buttonClass(weight, size), className)} {...rest} />;
}
