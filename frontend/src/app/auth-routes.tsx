/** Ties the pages before sign-in to their URLs. */
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { SetupPage } from "@/features/auth/setup-page";
import { SignInPage } from "@/features/auth/sign-in-page";

const login = getRouteApi("/login");

export function LoginRoute() {
  const router = useRouter();
  const { next } = login.useSearch();
  return <SignInPage onSignedIn={() => router.history.replace(next ?? "/traces")} />;
}

export function SetupRoute() {
  const router = useRouter();
  return <SetupPage onCreated={() => void router.navigate({ to: "/welcome", replace: true })} />;
}
