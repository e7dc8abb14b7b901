/** A picture that came inside of a text or a message: small in its place, as large as the screen allows when it is opened. */
import { useState } from "react";
import { cn } from "@/lib/cn";
import { Dialog } from "./dialog";

interface PictureProps {
  /** A `data:` address of a raster image. */
  src: string;
  alt: string;
  className?: string;
}

export function Picture({ src, alt, className }: PictureProps) {
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken)
    return <span className="text-faint text-xs">{alt}: these bytes are no picture that can be shown.</span>;
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        title="Show the whole picture"
        className={cn(
          "block w-fit max-w-full cursor-zoom-in overflow-hidden rounded-md border border-line bg-surface",
          className,
        )}
      >
        <img
          src={src}
          alt={alt}
          onError={() => setBroken(true)}
          className="min-h-6 min-w-6 max-h-48 max-w-full object-contain"
        />
      </button>
      <Dialog open={open} onOpenChange={setOpen} title={alt} className="w-fit max-w-[96vw]">
        <img
          src={src}
          alt={alt}
          className="min-h-24 min-w-24 max-h-[70dvh] max-w-full object-contain [image-rendering:auto]"
        />
      </Dialog>
    </>
  );
}
