/** Says that what stands above is not whole, because the client cut it at a length limit before it was sent. */
import { Scissors } from "lucide-react";

export function Cut({ what = "the rest did not arrive" }: { what?: string }) {
  return (
    <p className="flex items-center gap-1.5 text-warn text-xs">
      <Scissors size={12} className="shrink-0" aria-hidden />
      Cut by the sender: {what}.
    </p>
  );
}
