/** Where a one-time link leads: setting the password of a new account, or a new password for an old one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ApiProblem } from "@/lib/api/problem";
import { AuthCard } from "./auth-card";
import { usePasswordRules } from "./config-query";
import { inspectLinkQuery, redeemLink } from "./link-query";

interface LinkPageProps {
  /** From the URL's fragment, which browsers never send. */
  token: string;
  /** The person is signed in now. */
  onSignedIn: () => void;
  onLeave: () => void;
}

export function LinkPage({ token, onSignedIn, onLeave }: LinkPageProps) {
  const link = useQuery(inspectLinkQuery(token));
  const client = useQueryClient();
  const rules = usePasswordRules();
  const [mismatch, setMismatch] = useState(false);
  const mutation = useMutation({
    mutationFn: (password: string) => redeemLink(client, token, password),
    onSuccess: onSignedIn,
  });

  if (link.error || token === "") {
    return (
      <AuthCard title="This link does not work" note={link.error?.message ?? "Its end is missing."}>
        <Button className="w-full" onClick={onLeave}>
          To sign in
        </Button>
      </AuthCard>
    );
  }
  if (!link.data) {
    return (
      <AuthCard title="One moment" note="Looking at your link.">
        <LoaderCircle size={18} className="mx-auto animate-spin text-faint" aria-label="Loading" />
      </AuthCard>
    );
  }
  const invited = link.data.purpose === "invitation";
  const fields = mutation.error instanceof ApiProblem ? mutation.error.fields : [];

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get("password"));
    const differs = password !== String(form.get("again"));
    setMismatch(differs);
    if (!differs) mutation.mutate(password);
  }
  return (
    <AuthCard
      title={invited ? "Welcome to Junjo" : "A new password"}
      note={`For ${link.data.email}${invited ? `, as ${link.data.role}` : ""}.`}
    >
      <form onSubmit={handleSubmit} className="grid gap-4">
        <input type="hidden" name="email" autoComplete="username" value={link.data.email} readOnly />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          autoFocus
          required
          minLength={rules.charactersMin}
          className="h-9"
          hint={rules.hint}
          error={fields.find(({ field }) => field === "password")?.message}
        />
        <Field
          label="Password again"
          name="again"
          type="password"
          autoComplete="new-password"
          required
          className="h-9"
          error={mismatch ? "The two differ." : undefined}
        />
        {mutation.error && fields.length === 0 && (
          <p role="alert" className="text-danger-text text-xs">
            {mutation.error.message}
          </p>
        )}
        <Button type="submit" weight="primary" className="h-9" disabled={mutation.isPending}>
          {invited ? "Create account" : "Set password"}
        </Button>
      </form>
    </AuthCard>
  );
}
