/** Starts the page: styles, theme, server cache, router. */
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Toaster } from "@/components/ui/toaster";
import { TooltipProvider } from "@/components/ui/tooltip";
import { watchSystemTheme } from "@/state/theme";
import { createApp } from "./create-app";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

watchSystemTheme();
const { router, queryClient } = createApp();

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={400}>
        <RouterProvider router={router} />
        <Toaster />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
