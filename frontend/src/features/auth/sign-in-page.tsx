/** Signing in. */
import { useQueryClient } from "@tanstack/react-query";
import { AuthCard } from "./auth-card";
import { CredentialsForm } from "./credentials-form";
import { signIn } from "./sign-in-query";

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
