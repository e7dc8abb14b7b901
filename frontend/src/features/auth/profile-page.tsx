/** A person's own account: who it is, the password, and where it is signed in. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { PageBody } from "@/components/ui/page";
import { SettingsColumn, SettingsSection } from "@/components/ui/settings-section";
import { ErrorState, SkeletonRows } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { ApiProblem } from "@/lib/api/problem";
import { plural } from "@/lib/format/number";
import { sessionQuery } from "@/state/session-query";
import { postToast } from "@/state/toasts";
import {
  type BrowserSession,
  changePassword,
  endOtherSessions,
  endSession,
  ownSessionsQuery,
} from "./account-query";
import { usePasswordRules } from "./config-query";
import { TransportNotice } from "./transport-notice";

export function ProfilePage() {
  const me = useQuery(sessionQuery());
  return (
    <PageBody>
      <title>Profile · Junjo</title>
      <SettingsColumn>
        <SettingsSection title="You">
          <p className="flex min-w-0 items-center gap-2">
            <span className="min-w-0 truncate font-medium">{me.data?.email}</span>
            <Badge tone="accent">{me.data?.role}</Badge>
          </p>
          <TransportNotice />
        </SettingsSection>
        <PasswordSection />
        <SessionsSection />
      </SettingsColumn>
    </PageBody>
  );
}

function PasswordSection() {
  const client = useQueryClient();
  const rules = usePasswordRules();
  const form = useRef<HTMLFormElement>(null);
  const [mismatch, setMismatch] = useState(false);
  const mutation = useMutation({
    mutationFn: (passwords: { current: string; next: string }) => changePassword(client, passwords),
    onSuccess: () => {
      form.current?.reset();
      postToast({ tone: "info", title: "Password changed", detail: "Other browsers were signed out." });
    },
  });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const next = String(data.get("next"));
    const differs = next !== String(data.get("again"));
    setMismatch(differs);
    if (!differs) mutation.mutate({ current: String(data.get("current")), next });
  }
  const fields = mutation.error instanceof ApiProblem ? mutation.error.fields : [];
  const errorOf = (name: string) => fields.find(({ field }) => field === name)?.message;
  return (
    <SettingsSection title="Password" note="Changing it signs out your other browsers.">
      <form ref={form} onSubmit={handleSubmit} className="grid max-w-sm gap-3">
        <Field
          label="Current password"
          name="current"
          type="password"
          autoComplete="current-password"
          required
          error={errorOf("current_password")}
        />
        <Field
          label="New password"
          name="next"
          type="password"
          autoComplete="new-password"
          minLength={rules.charactersMin}
          required
          hint={rules.hint}
          error={errorOf("new_password")}
        />
        <Field
          label="New password again"
          name="again"
          type="password"
          autoComplete="new-password"
          required
          error={mismatch ? "The two differ." : undefined}
        />
        {mutation.error && fields.length === 0 && (
          <p role="alert" className="text-danger-text text-xs">
            {mutation.error.message}
          </p>
        )}
        <div>
          <Button type="submit" weight="primary" disabled={mutation.isPending}>
            Change password
          </Button>
        </div>
      </form>
    </SettingsSection>
  );
}

function SessionsSection() {
  const client = useQueryClient();
  const sessions = useQuery(ownSessionsQuery());
  const endOthers = useMutation({
    mutationFn: () => endOtherSessions(client),
    onSuccess: (ended) => postToast({ tone: "info", title: `${plural(ended, "other browser")} signed out` }),
    onError: (error) => postToast({ tone: "error", title: "Nothing was signed out", detail: error.message }),
  });
  const others = sessions.data?.some((session) => !session.is_current) ?? false;
  return (
    <SettingsSection
      title="Signed-in browsers"
      note="Sign out any you don't recognise, then change your password."
      actions={
        others && (
          <Button size="sm" onClick={() => endOthers.mutate()} disabled={endOthers.isPending}>
            Sign out all others
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonRows label="Loading sessions" />}
      {sessions.error && !sessions.data && (
        <ErrorState error={sessions.error} onRetry={() => sessions.refetch()} />
      )}
      <ul aria-label="Signed-in browsers" className="overflow-hidden rounded-lg border border-line">
        {sessions.data?.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    </SettingsSection>
  );
}

function SessionRow({ session }: { session: BrowserSession }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => endSession(client, session.id),
    onError: (error) => postToast({ tone: "error", title: "It is still signed in", detail: error.message }),
  });
  return (
    <li className="flex items-center gap-3 border-line border-b px-3 py-2.5 last:border-b-0">
      <MonitorSmartphone size={17} className="shrink-0 text-faint" aria-hidden />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium" title={session.user_agent}>
            {session.device}
          </span>
          {session.is_current && <Badge tone="ok">this one</Badge>}
        </span>
        <span className="flex flex-wrap gap-x-3 text-faint text-xs">
          <span className="font-mono">{session.ip}</span>
          <span>
            used <TimeAgo iso={session.last_used_at} />
          </span>
          <span>
            signed in <TimeAgo iso={session.created_at} />
          </span>
        </span>
      </div>
      {!session.is_current && (
        <Button size="sm" onClick={() => end.mutate()} disabled={end.isPending}>
          Sign out
        </Button>
      )}
    </li>
  );
}
