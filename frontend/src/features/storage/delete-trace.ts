/** The deletion of one trace, offered in the menu of its page. The dialog is loaded when it is asked for. */
import { Trash2 } from "lucide-react";
import { lazy } from "react";
import type { TraceMenuEntry } from "@/telemetry/slots/trace-actions";

const Dialog = lazy(() =>
  import("./delete-trace-dialog").then(({ DeleteTraceDialog }) => ({ default: DeleteTraceDialog })),
);

export const deleteTrace: TraceMenuEntry = {
  id: "delete-trace",
  label: "Delete this trace",
  icon: Trash2,
  danger: true,
  admin: true,
  Dialog,
};
