/** Colour theme: light, dark, or the system's. public/theme.js applies it before the first paint. */
import { create } from "zustand";

export type Theme = "system" | "light" | "dark";

const STORAGE_KEY = "junjo.theme";

interface ThemeState {
  theme: Theme;
  setTheme: (theme: Theme) => void;
}

export const useTheme = create<ThemeState>((set) => ({
  theme: storedTheme(),
  setTheme: (theme) => {
    try {
      localStorage.setItem(STORAGE_KEY, theme);
    } catch {
      // Blocked storage: the choice lasts until the page is closed.
    }
    set({ theme });
    applyTheme(theme);
  },
}));

/** Follows the system while the choice is "system". Call once at start. */
export function watchSystemTheme(): void {
  darkQuery()?.addEventListener("change", () => applyTheme(useTheme.getState().theme));
}

function applyTheme(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && (darkQuery()?.matches ?? false));
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

function storedTheme(): Theme {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

function darkQuery(): MediaQueryList | undefined {
  return typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : undefined;
}
