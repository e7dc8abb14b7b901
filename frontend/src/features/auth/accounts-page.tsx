/** Who may use this server: accounts with their roles, and open invitations. For administrators. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, KeyRound, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";
import { SelectField } from "@/components/ui/field";
import { Menu, MenuItem } from "@/components/ui/menu";
import { PageBody } from "@/components/ui/page";
import { SettingsSection } from "@/components/ui/settings-section";
import { LoadState } from "@/components/ui/states";
import { TimeAgo } from "@/components/ui/time-ago";
import { plural } from "@/lib/format/number";
import { formatMoment } from "@/lib/format/time";
import { type Account, accountsQuery } from "@/state/accounts-query";
import { sessionQuery } from "@/state/session-query";
import { postToast } from "@/state/toasts";
import {
  changeRole,
  createResetLink,
  deleteAccount,
  type Invitation,
  invitationsQuery,
  ROLES,
  type Role,
  takeBack,
} from "./accounts-query";
import { InviteForm } from "./invite-form";
import { LinkReveal } from "./link-reveal";

interface ShownLink {
  title: string;
  path: string;
  expiresAt: string;
}

export function AccountsPage() {
  const accounts = useQuery(accountsQuery());
  const invitations = useQuery(invitationsQuery());
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<ShownLink>();
  const [deleting, setDeleting] = useState<Account>();

  return (
    <PageBody>
      <title>Accounts · Junjo</title>
      <div className="grid max-w-4xl gap-8 px-4 py-4 sm:py-6">
        <SettingsSection
          title="Accounts"
          note="Everybody who may sign in."
          actions={
            <Button weight="primary" onClick={() => setInviting(true)}>
              <UserPlus size={15} /> Invite
            </Button>
          }
        >
          <LoadState query={accounts} label="Loading accounts" />
          {accounts.data && (
            <ul aria-label="Accounts" className="rounded-lg border border-line">
              {accounts.data.map((account) => (
                <AccountRow
                  key={account.id}
                  account={account}
                  onLink={setLink}
                  onDelete={() => setDeleting(account)}
                />
              ))}
            </ul>
          )}
        </SettingsSection>
        {invitations.data && invitations.data.length > 0 && (
          <SettingsSection title="Open invitations" note="Links that nobody has used yet.">
            <ul aria-label="Open invitations" className="rounded-lg border border-line">
              {invitations.data.map((invitation) => (
                <InvitationRow key={invitation.id} invitation={invitation} />
              ))}
            </ul>
          </SettingsSection>
        )}
      </div>
      <Dialog open={inviting} onOpenChange={setInviting} title="Invite somebody">
        <InviteForm
          onInvited={(created) => {
            setInviting(false);
            setLink({
              title: `Invitation for ${created.email}`,
              path: created.link_path,
              expiresAt: created.expires_at,
            });
          }}
        />
      </Dialog>
      <Dialog
        open={link !== undefined}
        onOpenChange={(open) => !open && setLink(undefined)}
        title={link?.title ?? ""}
        description="Send this link to them. It works once, and is not shown again."
        sticky
      >
        {link && <LinkReveal path={link.path} expiresAt={link.expiresAt} />}
      </Dialog>
      {deleting && <DeleteDialog account={deleting} onClose={() => setDeleting(undefined)} />}
    </PageBody>
  );
}

interface AccountRowProps {
  account: Account;
  onLink: (link: ShownLink) => void;
  onDelete: () => void;
}

function AccountRow({ account, onLink, onDelete }: AccountRowProps) {
  const client = useQueryClient();
  const me = useQuery(sessionQuery());
  const own = me.data?.id === account.id;
  const fail = (error: Error) => postToast({ tone: "error", title: "Not changed", detail: error.message });
  const role = useMutation({
    mutationFn: (next: Role) => changeRole(client, account.id, next),
    onSuccess: () => postToast({ tone: "info", title: `${account.email} has to sign in again` }),
    onError: fail,
  });
  const reset = useMutation({
    mutationFn: () => createResetLink(account.id),
    onSuccess: (created) =>
      onLink({
        title: `New password for ${account.email}`,
        path: created.link_path,
        expiresAt: created.expires_at,
      }),
    onError: fail,
  });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 border-line border-b px-3 py-2.5 last:border-b-0">
      <div className="grid min-w-0 flex-1 basis-48 gap-0.5">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{account.email}</span>
          {own && <Badge>you</Badge>}
        </span>
        <span className="flex flex-wrap gap-x-3 text-faint text-xs">
          <span>{account.last_seen_at ? <LastSeen iso={account.last_seen_at} /> : "not signed in"}</span>
          <span>{plural(account.session_count, "browser")}</span>
          <span>
            since <TimeAgo iso={account.created_at} />
          </span>
        </span>
      </div>
      <SelectField
        label={`Role of ${account.email}`}
        hideLabel
        className="w-28"
        value={account.role}
        disabled={role.isPending}
        onChange={(event) => role.mutate(event.target.value as Role)}
      >
        {ROLES.map((one) => (
          <option key={one.id} value={one.id}>
            {one.label}
          </option>
        ))}
      </SelectField>
      <Menu
        align="end"
        trigger={
          <Button weight="ghost" size="icon" aria-label={`More for ${account.email}`}>
            <Ellipsis size={16} />
          </Button>
        }
      >
        <MenuItem onSelect={() => reset.mutate()}>
          <KeyRound size={15} /> Link for a new password
        </MenuItem>
        <MenuItem disabled={own} className="text-danger-text" onSelect={onDelete}>
          <Trash2 size={15} /> Delete account
        </MenuItem>
      </Menu>
    </li>
  );
}

function LastSeen({ iso }: { iso: string }) {
  return (
    <>
      last seen <TimeAgo iso={iso} />
    </>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: () => takeBack(client, invitation.id),
    onError: (error) => postToast({ tone: "error", title: "Still open", detail: error.message }),
  });
  return (
    <li className="flex items-center gap-3 border-line border-b px-3 py-2.5 last:border-b-0">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-medium">{invitation.email}</span>
          <Badge>{invitation.role}</Badge>
        </span>
        <span className="text-faint text-xs">
          invited <TimeAgo iso={invitation.created_at} />, works until {formatMoment(invitation.expires_at)}
        </span>
      </div>
      <Button size="sm" onClick={() => back.mutate()} disabled={back.isPending}>
        Take back
      </Button>
    </li>
  );
}

function DeleteDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: () => deleteAccount(client, account.id),
    onSuccess: () => {
      postToast({ tone: "info", title: `${account.email} deleted` });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete ${account.email}?`}
      description="They are signed out at once. API keys belong to the server and stay."
      action="Delete account"
      mutation={mutation}
      onClose={onClose}
    />
  );
}
