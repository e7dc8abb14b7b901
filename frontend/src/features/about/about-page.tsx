/** Which version runs, and where its documents are. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { BrandMark } from "@/components/ui/brand";
import { CopyButton } from "@/components/ui/copy-button";
import { PageBody } from "@/components/ui/page";
import { SettingsColumn, SettingsSection } from "@/components/ui/settings-section";
import { ErrorState } from "@/components/ui/states";
import { api, deadline, unwrap } from "@/lib/api/client";

function healthQuery() {
  return queryOptions({
    queryKey: ["health"],
    queryFn: ({ signal }) => unwrap(api.GET("/health", { signal: deadline(signal) })),
  });
}

const DOCUMENTS = [
  { href: "/docs/", label: "API reference", note: "every route, to try out" },
  { href: "/openapi.json", label: "OpenAPI document", note: "for generated clients" },
  { href: "/metrics", label: "Metrics", note: "for Prometheus" },
];

export function AboutPage() {
  const health = useQuery(healthQuery());
  return (
    <PageBody>
      <title>About · Junjo</title>
      <SettingsColumn>
        <div className="flex items-center gap-4">
          <BrandMark size={44} />
          <div className="grid">
            <h2 className="font-semibold text-lg tracking-tight">Junjo Server</h2>
            {health.data && (
              <p className="flex items-center gap-1 text-muted text-sm tnum">
                Version {health.data.version}
                <CopyButton text={health.data.version} what="version" />
              </p>
            )}
          </div>
        </div>
        {health.error && <ErrorState error={health.error} onRetry={() => health.refetch()} />}
        <SettingsSection title="Documents">
          <ul className="grid gap-1">
            {DOCUMENTS.map((document) => (
              <li key={document.href} className="flex min-h-6 items-center gap-2">
                <a
                  href={document.href}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex min-h-6 items-center gap-1.5 text-accent-text hover:underline"
                >
                  {document.label} <ExternalLink size={13} aria-hidden />
                </a>
                <span className="text-faint text-xs">{document.note}</span>
              </li>
            ))}
          </ul>
        </SettingsSection>
        <SettingsSection title="License">
          <p className="text-muted text-sm">Apache License 2.0. All data stays on this server.</p>
        </SettingsSection>
      </SettingsColumn>
    </PageBody>
  );
}
