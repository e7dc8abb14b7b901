/** Signing in: why that is needed again after a session has ended, and the way back for whoever lost the password. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { formatDuration } from "@/lib/format/duration";
import { AuthCard } from "./auth-card";
import { configQuery } from "./config-query";
import { CredentialsForm } from "./credentials-form";
import { signIn } from "./sign-in-query";

interface SignInPageProps {
  /** A session of this browser is over. */
  ended: boolean;
  onSignedIn: () => void;
}

export function SignInPage({ ended, onSignedIn }: SignInPageProps) {
  const client = useQueryClient();
  return (
    <AuthCard title="Sign in to Junjo" note="Traces, workflows and model calls of your AI applications.">
      {ended && <SessionEnded />}
      <CredentialsForm
        submitLabel="Sign in"
        newPassword={false}
        submit={async (credentials) => {
          await signIn(client, credentials);
          onSignedIn();
        }}
      />
      <details className="mt-4 text-muted text-xs">
        <summary className="cursor-pointer rounded-sm py-1 hover:text-text">Password lost?</summary>
        <p className="mt-1">
          An administrator can make you a link for a new one under Settings, Members. On the server's machine,{" "}
          <code className="break-words font-mono">junjo-server --data-dir DIR reset-password EMAIL</code>{" "}
          prints one.
        </p>
      </details>
    </AuthCard>
  );
}

const NANOS_PER_SECOND = 1e9;

function SessionEnded() {
  const { data } = useQuery(configQuery());
  const seconds = (value: number) => formatDuration(value * NANOS_PER_SECOND).replace(/ 00 .$/, "");
  return (
    <p role="status" className="mb-4 rounded-md border border-warn/30 bg-warn/10 px-3 py-2 text-warn text-xs">
      Your session has ended.{" "}
      {data &&
        `Sessions end ${seconds(data.session_idle_seconds)} after their last use, ${seconds(data.session_absolute_seconds)} after sign-in, or when they are signed out elsewhere. `}
      Sign in to go on where you were.
    </p>
  );
}
