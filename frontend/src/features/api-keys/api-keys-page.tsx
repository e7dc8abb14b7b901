/** All API keys: create, see their use, rename, rotate, delete. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Pencil, Plus, RefreshCw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { Menu, MenuItem } from "@/components/ui/menu";
import { PageBody } from "@/components/ui/page";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatBytes } from "@/lib/format/bytes";
import { formatCompact } from "@/lib/format/number";
import { formatMoment } from "@/lib/format/time";
import { postToast } from "@/state/toasts";
import { useNow } from "@/state/use-now";
import { statusQuery } from "@/telemetry/ingest/status-query";
import { CreateKeyForm } from "./create-key-form";
import { EditKeyForm } from "./edit-key-form";
import { KeyReveal } from "./key-reveal";
import { type ApiKey, type CreatedApiKey, deleteKey, keysQuery } from "./keys-query";
import { RotateKeyForm } from "./rotate-key-form";
import { SnippetTabs } from "./snippet-tabs";

/** What came in with a key since the server started. */
interface KeyUse {
  requests: number;
  /** Spans, log records and metric points. */
  items: number;
  bytes: number;
}

/** By key id, since the server started; undefined while it is not known. */
function useKeyUse(): ReadonlyMap<string, KeyUse> | undefined {
  const { data } = useQuery(statusQuery());
  return data && new Map(data.keys.map((key) => [key.key_id, key]));
}

/** What is being done to a key, in a dialog; one at a time. */
type Task =
  | { kind: "create" }
  | { kind: "reveal"; created: CreatedApiKey }
  | { kind: "rotate" | "edit" | "delete"; key: ApiKey };

export function ApiKeysPage() {
  const [task, setTask] = useState<Task>();
  const create = (
    <Button weight="primary" onClick={() => setTask({ kind: "create" })}>
      <Plus size={15} /> Create key
    </Button>
  );
  return (
    <>
      <title>API keys · Junjo</title>
      <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-4 py-2">
        <p className="text-faint text-sm">Machines use them to send or read telemetry.</p>
        <div className="ml-auto">{create}</div>
      </div>
      <KeyList create={create} onTask={setTask} />
      <KeyDialogs task={task} onTask={setTask} />
    </>
  );
}

interface KeyListProps {
  create: ReactNode;
  onTask: (task: Task) => void;
}

function KeyList({ create, onTask }: KeyListProps) {
  const use = useKeyUse();
  const keys = useQuery(keysQuery());
  return (
    <>
      {keys.error && keys.data && <StaleNotice error={keys.error} />}
      <PageBody>
        {keys.isPending && <SkeletonRows label="Loading API keys" />}
        {keys.error && !keys.data && <ErrorState error={keys.error} onRetry={() => keys.refetch()} />}
        {keys.data?.length === 0 && (
          <EmptyState icon={KeyRound} title="No API keys yet" action={create}>
            Create one and give it to your application; telemetry without a key is refused.
          </EmptyState>
        )}
        {keys.data && keys.data.length > 0 && (
          <ul aria-label="API keys">
            {keys.data.map((key) => (
              <KeyRow
                key={key.id}
                apiKey={key}
                use={use?.get(key.id)}
                onEdit={() => onTask({ kind: "edit", key })}
                onRotate={() => onTask({ kind: "rotate", key })}
                onDelete={() => onTask({ kind: "delete", key })}
              />
            ))}
          </ul>
        )}
      </PageBody>
    </>
  );
}

interface KeyDialogsProps {
  task: Task | undefined;
  onTask: (task: Task | undefined) => void;
}

function KeyDialogs({ task, onTask }: KeyDialogsProps) {
  const end = () => onTask(undefined);
  const reveal = (created: CreatedApiKey) => onTask({ kind: "reveal", created });
  const onOpenChange = (open: boolean) => !open && end();
  switch (task?.kind) {
    case undefined:
      return null;
    case "create":
      return (
        <Dialog open onOpenChange={onOpenChange} title="Create API key">
          <CreateKeyForm onCreated={reveal} />
        </Dialog>
      );
    case "reveal":
      return <NewSecret created={task.created} onOpenChange={onOpenChange} onCopied={end} />;
    case "rotate":
      return (
        <Dialog
          open
          onOpenChange={onOpenChange}
          title={`Rotate key “${task.key.name}”?`}
          description="It gets a new secret, shown once. Name, scope and history stay."
        >
          <RotateKeyForm apiKey={task.key} onRotated={reveal} />
        </Dialog>
      );
    case "edit":
      return (
        <Dialog open onOpenChange={onOpenChange} title={`Change key “${task.key.name}”`}>
          <EditKeyForm apiKey={task.key} onDone={end} />
        </Dialog>
      );
    case "delete":
      return <DeleteDialog apiKey={task.key} onClose={end} />;
  }
}

interface NewSecretProps {
  created: CreatedApiKey;
  onOpenChange: (open: boolean) => void;
  onCopied: () => void;
}

function NewSecret({ created, onOpenChange, onCopied }: NewSecretProps) {
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title={`The new secret of “${created.name}”`}
      sticky
      className="w-[min(44rem,calc(100vw-1.5rem))]"
    >
      <div className="grid min-w-0 gap-5">
        <KeyReveal secret={created.key} />
        {created.scope === "ingest" && <SnippetTabs apiKey={created.key} />}
        <div className="flex justify-end">
          <Button weight="primary" onClick={onCopied}>
            I have copied it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

interface KeyRowProps {
  apiKey: ApiKey;
  use: KeyUse | undefined;
  onEdit: () => void;
  onRotate: () => void;
  onDelete: () => void;
}

function KeyRow({ apiKey, use, onEdit, onRotate, onDelete }: KeyRowProps) {
  const now = useNow();
  const expired = apiKey.expires_at !== null && Date.parse(apiKey.expires_at) < now;
  return (
    <li className="flex items-center gap-3 border-line border-b px-4 py-2.5 hover:bg-hover">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <div className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{apiKey.name}</span>
          <Badge tone={apiKey.scope === "ingest" ? "accent" : "neutral"}>{apiKey.scope}</Badge>
          {expired && <Badge tone="danger">expired</Badge>}
        </div>
        <div className="flex flex-wrap gap-x-3 text-faint text-xs">
          <code className="font-mono">{apiKey.prefix}…</code>
          <span>
            created <TimeAgo iso={apiKey.created_at} />
          </span>
          <span>{apiKey.last_used_at ? <UsedAgo iso={apiKey.last_used_at} /> : "never used"}</span>
          {apiKey.expires_at && !expired && <span>expires {formatMoment(apiKey.expires_at)}</span>}
          {apiKey.previous_until && Date.parse(apiKey.previous_until) > now && (
            <span className="text-warn">
              the secret before works until {formatMoment(apiKey.previous_until)}
            </span>
          )}
        </div>
      </div>
      {use && (
        <dl
          title="Since the server started"
          className="hidden shrink-0 grid-cols-[auto_auto_auto] gap-x-6 text-right text-sm tnum sm:grid"
        >
          <Use name="Received" value={formatCompact(use.items)} />
          <Use name="Requests" value={formatCompact(use.requests)} />
          <Use name="Volume" value={formatBytes(use.bytes)} />
        </dl>
      )}
      <Menu
        align="end"
        trigger={
          <Button weight="ghost" size="icon" aria-label={`More for key ${apiKey.name}`}>
            <Ellipsis size={16} />
          </Button>
        }
      >
        <MenuItem onSelect={onEdit}>
          <Pencil size={15} /> Name and expiry
        </MenuItem>
        <MenuItem onSelect={onRotate}>
          <RefreshCw size={15} /> Rotate
        </MenuItem>
        <MenuItem className="text-danger-text" onSelect={onDelete}>
          <Trash2 size={15} /> Delete
        </MenuItem>
      </Menu>
    </li>
  );
}

function Use({ name, value }: { name: string; value: string }) {
  return (
    <div className="grid min-w-16">
      <dt className="text-2xs text-faint">{name}</dt>
      <dd className="font-medium">{value}</dd>
    </div>
  );
}

function UsedAgo({ iso }: { iso: string }) {
  return (
    <>
      last used <TimeAgo iso={iso} />
    </>
  );
}

function DeleteDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => deleteKey(client, apiKey.id),
    onSuccess: () => {
      postToast({ tone: "info", title: `Key “${apiKey.name}” deleted` });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete key “${apiKey.name}”?`}
      description="Applications that use it are refused from now on. Telemetry already received stays."
      action="Delete key"
      mutation={mutation}
      onClose={onClose}
    />
  );
}
