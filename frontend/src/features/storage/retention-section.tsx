/** How long telemetry is kept: by the server's settings, and for single services. */
import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { SettingsSection } from "@/components/ui/settings-section";
import { LoadState } from "@/components/ui/states";
import { formatBytes } from "@/lib/format/bytes";
import { plural } from "@/lib/format/number";
import { KeepLikeRestDialog, ServiceAgeDialog } from "./service-age-dialog";
import { type Retention, retentionQuery, type ServiceAge } from "./storage-query";

export function RetentionSection({ admin }: { admin: boolean }) {
  const retention = useQuery(retentionQuery());
  return (
    <>
      <SettingsSection title="Retention" note="Set when the server starts. The oldest goes first.">
        <LoadState query={retention} label="Loading retention" />
        {retention.data && <Limits retention={retention.data} />}
      </SettingsSection>
      {retention.data && <ServiceAges retention={retention.data} admin={admin} />}
    </>
  );
}

function Limits({ retention: { days, bytes } }: { retention: Retention }) {
  return (
    <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2">
      <Limit
        name="By age"
        setting="JUNJO_RETENTION_DAYS"
        note={days === null ? "Nothing is dropped for its age." : "After the day of receipt (UTC)."}
      >
        {days === null ? "No limit" : plural(days, "day")}
      </Limit>
      <Limit
        name="By size"
        setting="JUNJO_RETENTION_BYTES"
        note={bytes === null ? "Nothing is dropped to save space." : "Of archive files."}
      >
        {bytes === null ? "No limit" : formatBytes(bytes)}
      </Limit>
    </dl>
  );
}

interface LimitProps {
  name: string;
  setting: string;
  note: string;
  children: ReactNode;
}

function Limit({ name, setting, note, children }: LimitProps) {
  return (
    <div className="min-w-0 bg-surface px-3.5 py-2.5">
      <dt className="text-faint text-xs">{name}</dt>
      <dd className="font-semibold text-lg tnum">{children}</dd>
      <dd className="text-faint text-xs">{note}</dd>
      <dd className="mt-0.5 text-faint text-xs">
        Setting <code className="font-mono">{setting}</code>
      </dd>
    </div>
  );
}

type Asked = { change?: ServiceAge | "new"; remove?: ServiceAge };

function ServiceAges({ retention, admin }: { retention: Retention; admin: boolean }) {
  const [asked, setAsked] = useState<Asked>({});
  const close = () => setAsked({});
  return (
    <SettingsSection
      title="Shorter for single services"
      note="What is older is deleted once a day."
      actions={
        admin && (
          <Button onClick={() => setAsked({ change: "new" })}>
            <Plus size={15} /> Add service
          </Button>
        )
      }
    >
      {retention.services.length === 0 ? (
        <p className="rounded-lg border border-line border-dashed px-3 py-2.5 text-faint text-sm">
          Every service is kept like the rest.
        </p>
      ) : (
        <ul aria-label="Retention of services" className="rounded-lg border border-line">
          {retention.services.map((age) => (
            <ServiceAgeRow
              key={age.service}
              age={age}
              globalDays={retention.days}
              {...(admin ? { onAsk: setAsked } : {})}
            />
          ))}
        </ul>
      )}
      {asked.change && (
        <ServiceAgeDialog age={asked.change === "new" ? undefined : asked.change} onClose={close} />
      )}
      {asked.remove && <KeepLikeRestDialog service={asked.remove.service} onClose={close} />}
    </SettingsSection>
  );
}

interface ServiceAgeRowProps {
  age: ServiceAge;
  globalDays: number | null;
  onAsk?: (asked: Asked) => void;
}

function ServiceAgeRow({ age, globalDays, onAsk }: ServiceAgeRowProps) {
  const name = age.service;
  const idle = globalDays !== null && globalDays <= age.days;
  return (
    <li className="flex min-h-12 items-center gap-3 border-line border-b px-3 py-2 last:border-b-0">
      <div className="grid min-w-0 flex-1 gap-0.5">
        <span className="truncate font-medium">{name}</span>
        {idle && (
          <span className="text-warn text-xs">
            without effect: everything goes after {plural(globalDays, "day")}
          </span>
        )}
      </div>
      <span className="shrink-0 text-sm tnum">{plural(age.days, "day")}</span>
      {onAsk && (
        <span className="flex shrink-0">
          <Button
            weight="ghost"
            size="icon"
            aria-label={`Change how long ${name} is kept`}
            onClick={() => onAsk({ change: age })}
          >
            <Pencil size={14} />
          </Button>
          <Button
            weight="ghost"
            size="icon"
            aria-label={`Keep ${name} like the rest`}
            onClick={() => onAsk({ remove: age })}
          >
            <Trash2 size={14} />
          </Button>
        </span>
      )}
    </li>
  );
}
