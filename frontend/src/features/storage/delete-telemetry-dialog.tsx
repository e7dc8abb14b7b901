/** Asks what to delete, and deletes it. */
import { useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Field, SelectField, TextAreaField } from "@/components/ui/field";
import { postToast } from "@/state/toasts";
import { ServiceField } from "@/telemetry/services/service-select";
import { ConfirmDeletionForm } from "./confirm-deletion-form";
import { type DeletionTarget, parseTarget, type TargetKind } from "./deletion-target";

const KINDS: readonly { id: TargetKind; label: string }[] = [
  { id: "service", label: "Everything of a service" },
  { id: "session_id", label: "The traces of a conversation" },
  { id: "user_id", label: "The traces of a user" },
  { id: "trace_ids", label: "Single traces" },
];

export function DeleteTelemetryDialog({ onClose }: { onClose: () => void }) {
  const [kind, setKind] = useState<TargetKind>("service");
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();

  function change(value: string) {
    setText(value);
    setError(undefined);
  }
  function readTarget(): DeletionTarget | undefined {
    const target = parseTarget(kind, text);
    if (!("error" in target)) return target;
    setError(target.error);
    return undefined;
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Delete telemetry" sticky>
      <ConfirmDeletionForm
        readTarget={readTarget}
        onCancel={onClose}
        onDeleted={() => {
          postToast({ tone: "info", title: "Deleted; the disk follows in the background" });
          onClose();
        }}
      >
        <SelectField
          label="What"
          value={kind}
          onChange={(event) => {
            setKind(event.target.value as TargetKind);
            change("");
          }}
        >
          {KINDS.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </SelectField>
        <TargetField kind={kind} text={text} error={error} onTextChange={change} />
      </ConfirmDeletionForm>
    </Dialog>
  );
}

interface TargetFieldProps {
  kind: TargetKind;
  text: string;
  error: string | undefined;
  onTextChange: (text: string) => void;
}

function TargetField({ kind, text, error, onTextChange }: TargetFieldProps) {
  if (kind === "service") {
    return <ServiceField value={text} onChange={(event) => onTextChange(event.target.value)} />;
  }
  const field = {
    value: text,
    error,
    required: true,
    autoComplete: "off",
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => onTextChange(event.target.value),
  };
  if (kind === "trace_ids") {
    return (
      <TextAreaField
        label="Trace ids"
        hint="Separated by spaces, commas or lines. Their spans and log records go."
        rows={4}
        className="font-mono text-xs"
        {...field}
      />
    );
  }
  const label = kind === "session_id" ? "Conversation id" : "User id";
  return (
    <Field
      label={label}
      hint="Whole traces go: every one that has a span of it."
      className="font-mono"
      {...field}
    />
  );
}
