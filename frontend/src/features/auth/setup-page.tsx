/** The first page of a new server: creates its first user, who administers it. */
import { useQueryClient } from "@tanstack/react-query";
import { AuthCard } from "./auth-card";
import { checkNewCredentials } from "./credentials";
import { CredentialsForm } from "./credentials-form";
import { registerFirstUser } from "./sign-in-query";

export function SetupPage({ onCreated }: { onCreated: () => void }) {
  const client = useQueryClient();
  return (
    <AuthCard
      title="Welcome to Junjo"
      note="This server is new. Create its first account; it will be the administrator."
    >
      <CredentialsForm
        submitLabel="Create account"
        newPassword
        check={checkNewCredentials}
        submit={async (credentials) => {
          await registerFirstUser(client, credentials);
          onCreated();
        }}
      />
    </AuthCard>
  );
}
