/** Short messages at the edge of the page; any code may post one. */
import { create } from "zustand";

export interface Toast {
  id: number;
  tone: "info" | "error";
  title: string;
  detail?: string;
}

interface ToastState {
  toasts: Toast[];
  dismiss: (id: number) => void;
}

let nextId = 1;

export const useToasts = create<ToastState>((set) => ({
  toasts: [],
  dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
}));

/** Most that are shown at once; older ones go. */
const TOASTS_MAX = 3;

export function postToast(toast: Omit<Toast, "id">): void {
  const entry = { ...toast, id: nextId++ };
  useToasts.setState((state) => ({ toasts: [...state.toasts, entry].slice(-TOASTS_MAX) }));
}
