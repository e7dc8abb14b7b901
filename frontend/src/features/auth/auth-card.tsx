/** The frame of the pages before sign-in. */
import type { ReactNode } from "react";
import { BrandMark } from "@/components/ui/brand";
import { TransportNotice } from "./transport-notice";

interface AuthCardProps {
  title: string;
  note: ReactNode;
  children: ReactNode;
}

export function AuthCard({ title, note, children }: AuthCardProps) {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas px-4 py-10">
      <div className="grid w-full max-w-88 gap-6">
        <title>{`${title} · Junjo`}</title>
        <div className="grid justify-items-center gap-4 text-center">
          <BrandMark size={40} />
          <div className="grid gap-1.5">
            <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
            <p className="text-balance text-muted text-sm">{note}</p>
          </div>
        </div>
        <div className="rounded-xl border border-line bg-surface p-5 shadow-[0_1px_2px_rgb(0_0_0/4%)]">
          {children}
        </div>
        <TransportNotice />
      </div>
    </main>
  );
}
