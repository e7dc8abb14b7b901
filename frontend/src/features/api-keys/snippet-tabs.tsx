/** The snippets by language and framework; the chosen one is remembered while the page is open. */
import { useQuery } from "@tanstack/react-query";
import { Info } from "lucide-react";
import { useState } from "react";
import { CodeBlock } from "@/components/ui/code-block";
import { ErrorState, Skeleton } from "@/components/ui/states";
import { Tab, TabList, TabPanel, Tabs } from "@/components/ui/tabs";
import { type Endpoints, endpointsQuery, noteOn, targetOf } from "./endpoints-query";
import { snippetsFor } from "./snippets/catalog";
import { KEY_PLACEHOLDER, type Snippet } from "./snippets/snippet";

const GROUPS = [
  { group: "language", label: "Languages" },
  { group: "framework", label: "Frameworks" },
] as const;

export function SnippetTabs({ apiKey }: { apiKey?: string | undefined }) {
  const endpoints = useQuery(endpointsQuery());
  if (endpoints.data) return <Snippets endpoints={endpoints.data} apiKey={apiKey ?? KEY_PLACEHOLDER} />;
  if (endpoints.error) return <ErrorState error={endpoints.error} onRetry={() => endpoints.refetch()} />;
  return <Skeleton className="h-64 w-full" />;
}

function Snippets({ endpoints, apiKey }: { endpoints: Endpoints; apiKey: string }) {
  const [chosen, setChosen] = useState("junjo");
  const snippets = snippetsFor(targetOf(endpoints, window.location.origin, apiKey));
  const note = noteOn(endpoints);
  return (
    <Tabs value={chosen} onValueChange={setChosen} className="grid min-w-0 gap-3">
      <div className="grid gap-2">
        {GROUPS.map(({ group, label }) => (
          <Choices key={group} label={label} snippets={snippets.filter((one) => one.group === group)} />
        ))}
      </div>
      {note && (
        <p className="flex items-start gap-2 text-warn text-xs">
          <Info size={14} className="mt-0.5 shrink-0" aria-hidden /> {note}
        </p>
      )}
      {snippets.map((snippet) => (
        <TabPanel key={snippet.id} value={snippet.id} className="grid min-w-0 gap-3">
          <Steps snippet={snippet} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

function Choices({ label, snippets }: { label: string; snippets: readonly Snippet[] }) {
  return (
    <div className="grid gap-x-3 gap-y-1 sm:grid-cols-[5.5rem_minmax(0,1fr)]">
      <span className="text-faint text-xs sm:leading-7">{label}</span>
      <TabList label={label} className="flex-wrap gap-1.5 overflow-visible border-0">
        {snippets.map((snippet) => (
          <Tab
            key={snippet.id}
            value={snippet.id}
            className="mb-0 h-7 rounded-md border border-line px-2 text-xs data-[state=active]:bg-accent/12 data-[state=active]:text-accent-text"
          >
            {snippet.label}
          </Tab>
        ))}
      </TabList>
    </div>
  );
}

/** What to install, where which lines go, and what makes the first span. */
function Steps({ snippet }: { snippet: Snippet }) {
  const { about, install, files, label, run } = snippet;
  return (
    <>
      <p className="text-muted text-sm">{about}</p>
      {install && <Step title="Install" code={install} what={`${label} install command`} />}
      {files.map((file, index) => (
        <Step
          key={file.name}
          title={file.name}
          code={file.code}
          what={`${label} ${index === 0 ? "configuration" : "example"}`}
        />
      ))}
      {run && <Step title="Run" code={run} what={`${label} command`} />}
    </>
  );
}

function Step({ title, code, what }: { title: string; code: string; what: string }) {
  return (
    <div className="grid min-w-0 gap-1">
      <p className="font-mono text-2xs text-faint">{title}</p>
      <CodeBlock code={code} what={what} />
    </div>
  );
}
