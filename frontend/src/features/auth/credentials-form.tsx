/** Email and password, for signing in and for the first user. */
import { useMutation } from "@tanstack/react-query";
import { Eye, EyeOff, LoaderCircle } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { ApiProblem } from "@/lib/api/problem";
import { usePasswordRules } from "./config-query";
import type { CredentialErrors } from "./credentials";
import type { Credentials } from "./sign-in-query";

interface CredentialsFormProps {
  submitLabel: string;
  newPassword: boolean;
  check?: (credentials: Credentials) => CredentialErrors;
  submit: (credentials: Credentials) => Promise<unknown>;
}

export function CredentialsForm({ submitLabel, newPassword, check, submit }: CredentialsFormProps) {
  const [errors, setErrors] = useState<CredentialErrors>({});
  const rules = usePasswordRules();
  const [visible, setVisible] = useState(false);
  const mutation = useMutation({
    mutationFn: submit,
    onError: (error) => setErrors(fieldErrors(error)),
  });

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credentials = { email: String(form.get("email")).trim(), password: String(form.get("password")) };
    const found = check?.(credentials) ?? {};
    setErrors(found);
    if (Object.keys(found).length === 0) mutation.mutate(credentials);
  }

  return (
    <form onSubmit={handleSubmit} noValidate className="grid gap-4">
      <Field
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        autoFocus
        required
        error={errors.email}
        className="h-9"
      />
      <div className="relative">
        <Field
          label="Password"
          name="password"
          type={visible ? "text" : "password"}
          autoComplete={newPassword ? "new-password" : "current-password"}
          required
          error={errors.password}
          hint={newPassword ? rules.hint : undefined}
          className="h-9 pr-10"
        />
        <Button
          weight="ghost"
          size="icon"
          className="absolute top-[27px] right-1"
          aria-label={visible ? "Hide password" : "Show password"}
          aria-pressed={visible}
          onClick={() => setVisible(!visible)}
        >
          {visible ? <EyeOff size={15} /> : <Eye size={15} />}
        </Button>
      </div>
      {mutation.error && Object.keys(errors).length === 0 && (
        <p
          role="alert"
          className="rounded-md border border-danger/30 bg-danger/10 px-3 py-2 text-danger-text text-xs"
        >
          {explain(mutation.error)}
        </p>
      )}
      <Button type="submit" weight="primary" className="h-9" disabled={mutation.isPending}>
        {mutation.isPending && <LoaderCircle size={15} className="animate-spin" />}
        {submitLabel}
      </Button>
    </form>
  );
}

/** The server's word on single fields, shown where they are. */
function fieldErrors(error: Error): CredentialErrors {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries(
    error.fields
      .filter(({ field }) => field === "email" || field === "password")
      .map(({ field, message }) => [field, message]),
  );
}

function explain(error: Error): string {
  if (error instanceof ApiProblem && error.status === 401) return "Incorrect email or password.";
  if (error instanceof ApiProblem && error.status === 429)
    return error.detail ?? "Too many tries. Wait a minute.";
  return error.message;
}
