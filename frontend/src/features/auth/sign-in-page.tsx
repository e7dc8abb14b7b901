/** Signing in. */
import { useQueryClient } from "@tanstack/react-query";
import { signIn } from "@/state/session-query";
import { AuthCard } from "./auth-card";
import { CredentialsForm } from "./credentials-form";

export function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  const client = useQueryClient();
  return (
    <AuthCard title="Sign in to Junjo" note="Traces, workflows and model calls of your AI applications.">
      <CredentialsForm
        submitLabel="Sign in"
        newPassword={false}
        submit={async (credentials) => {
          await signIn(client, credentials);
          onSignedIn();
        }}
      />
    </AuthCard>
  );
}
