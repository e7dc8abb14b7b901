/** Ties the pages before sign-in to their URLs. */
import { getRouteApi, useLocation, useRouter } from "@tanstack/react-router";
import { LinkPage } from "./link-page";
import { SetupPage } from "./setup-page";
import { SignInPage } from "./sign-in-page";

const login = getRouteApi("/login");

export function LoginRoute() {
  const router = useRouter();
  const { next, ended = false } = login.useSearch();
  return <SignInPage ended={ended} onSignedIn={() => router.history.replace(next ?? "/")} />;
}

export function SetupRoute() {
  const router = useRouter();
  return <SetupPage onCreated={() => void router.navigate({ to: "/welcome", replace: true })} />;
}

export function LinkRoute() {
  const router = useRouter();
  const token = useLocation({ select: (location) => location.hash });
  return (
    <LinkPage
      key={token}
      token={token}
      onSignedIn={() => void router.navigate({ to: "/", replace: true })}
      onLeave={() => void router.navigate({ to: "/login", replace: true })}
    />
  );
}
