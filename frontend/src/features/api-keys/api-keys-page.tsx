/** All API keys: create, see their use, delete. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { PageBody, PageHeader } from "@/components/ui/page";
import { EmptyState, ErrorState, SkeletonRows, StaleNotice } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { formatDay } from "@/lib/format/time";
import { postToast } from "@/lib/toasts";
import { useNow } from "@/lib/use-now";
import { CreateKeyForm } from "./create-key-form";
import { KeyReveal } from "./key-reveal";
import { type ApiKey, type CreatedApiKey, deleteKey, keysQuery } from "./keys-query";
import { SnippetTabs } from "./snippet-tabs";

export function ApiKeysPage() {
  const keys = useQuery(keysQuery());
  const [creating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedApiKey>();
  const [deleting, setDeleting] = useState<ApiKey>();
  const create = (
    <Button weight="primary" onClick={() => setCreating(true)}>
      <Plus size={15} /> Create key
    </Button>
  );

  return (
    <>
      <PageHeader title="API keys" note="Machines use them to send or read telemetry." actions={create} />
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
              <KeyRow key={key.id} apiKey={key} onDelete={() => setDeleting(key)} />
            ))}
          </ul>
        )}
      </PageBody>
      <Dialog open={creating} onOpenChange={setCreating} title="Create API key">
        <CreateKeyForm
          onCreated={(key) => {
            setCreating(false);
            setCreated(key);
          }}
        />
      </Dialog>
      <Dialog
        open={created !== undefined}
        onOpenChange={(open) => !open && setCreated(undefined)}
        title={`Key “${created?.name ?? ""}” created`}
        sticky
        className="w-[min(44rem,calc(100vw-1.5rem))]"
      >
        {created && (
          <div className="grid min-w-0 gap-5">
            <KeyReveal secret={created.key} />
            {created.scope === "ingest" && <SnippetTabs apiKey={created.key} />}
            <div className="flex justify-end">
              <Button weight="primary" onClick={() => setCreated(undefined)}>
                I have copied it
              </Button>
            </div>
          </div>
        )}
      </Dialog>
      {deleting && <DeleteDialog apiKey={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}

function KeyRow({ apiKey, onDelete }: { apiKey: ApiKey; onDelete: () => void }) {
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
          {apiKey.expires_at && !expired && <span>expires {formatDay(apiKey.expires_at)}</span>}
        </div>
      </div>
      <Button weight="ghost" size="icon" aria-label={`Delete key ${apiKey.name}`} onClick={onDelete}>
        <Trash2 size={15} />
      </Button>
    </li>
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
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete key “${apiKey.name}”?`}
      description="Applications that use it are refused from now on. Telemetry already received stays."
    >
      {mutation.error && (
        <p role="alert" className="text-danger-text text-xs">
          {mutation.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button weight="danger" onClick={() => mutation.mutate()} disabled={mutation.isPending}>
          Delete key
        </Button>
      </div>
    </Dialog>
  );
}
