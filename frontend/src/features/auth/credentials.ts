/** What the form checks before it asks the server, which stays the authority. Pure. */
import { z } from "@/lib/zod";

const PASSWORD_LENGTH_MIN = 8;
const PASSWORD_LENGTH_MAX = 512;

const email = z.email();

export interface CredentialErrors {
  email?: string;
  password?: string;
}

export function checkNewCredentials(credentials: { email: string; password: string }): CredentialErrors {
  return {
    ...(email.safeParse(credentials.email.trim()).success ? {} : { email: "Enter an email address." }),
    ...passwordError(credentials.password),
  };
}

function passwordError(password: string): CredentialErrors {
  if (password.length < PASSWORD_LENGTH_MIN)
    return { password: `Use at least ${PASSWORD_LENGTH_MIN} characters.` };
  if (password.length > PASSWORD_LENGTH_MAX)
    return { password: `Use at most ${PASSWORD_LENGTH_MAX} characters.` };
  return {};
}
