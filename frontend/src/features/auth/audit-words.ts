/** Security events in words. Pure. */
import type { AuditEvent } from "./audit-query";

/** What happened, and what was tried when it was refused. */
const WORDS: Record<string, [done: string, tried: string]> = {
  "session.begin": ["Signed in", "Sign-in"],
  "session.end": ["Signed out", "Sign-out"],
  "session.reauthenticate": ["Password confirmed", "Confirming the password"],
  "session.revoke": ["Browser signed out", "Signing out a browser"],
  "session.revoke_all": ["All browsers signed out", "Signing out all browsers"],
  "user.create_first": ["First account created", "Creating the first account"],
  "user.create": ["Account created", "Creating an account"],
  "user.import": ["Account imported", "Importing an account"],
  "user.delete": ["Account deleted", "Deleting an account"],
  "user.change_role": ["Role changed", "Changing a role"],
  "password.change": ["Password changed", "Changing the password"],
  "password.rehash": ["Imported password stored anew", "Storing an imported password anew"],
  "invitation.create": ["Invitation created", "Inviting"],
  "invitation.redeem": ["Invitation used", "Using an invitation"],
  "invitation.revoke": ["Invitation taken back", "Taking back an invitation"],
  "telemetry.delete": ["Telemetry deleted", "Deleting telemetry"],
  "telemetry.retention": ["Retention changed", "Changing retention"],
  "view.create": ["Shared view created", "Sharing a view"],
  "view.change": ["Shared view changed", "Changing a view"],
  "view.delete": ["Shared view deleted", "Deleting a view"],
  "api_key.create": ["API key created", "Creating an API key"],
  "api_key.import": ["API key imported", "Importing an API key"],
  "api_key.change": ["API key changed", "Changing an API key"],
  "api_key.rotate": ["API key rotated", "Rotating an API key"],
  "api_key.revoke": ["API key deleted", "Deleting an API key"],
};

/** An event that this page does not know yet is shown by its name. */
export function describeEvent({ action, outcome }: Pick<AuditEvent, "action" | "outcome">): string {
  const words = WORDS[action];
  if (!words) return action.replaceAll(/[._]/g, " ");
  return outcome === "refused" ? words[1] : words[0];
}
