import { Tabs } from '@base-ui/react/tabs';
import { Bot } from 'lucide-react';
import { useConnectGuides } from '../../state/connectors';
import { useConnection } from '../../state/parts';
import { Card } from '../../ui/card';
import { CodeBlock } from '../../ui/code_block';
import { Loading, Skeleton } from '../../ui/skeleton';
import { FailureNote } from '../failure_note';

/// How each AI client is connected: the same words and snippets that `flux-mcp connect CLIENT` prints.
export default function ConnectGuides() {
  const guides = useConnectGuides();
  const connection = useConnection();
  return (
    <section aria-labelledby="clients-title">
      <Card className="p-4 sm:p-5">
        <div className="mb-4 flex items-start gap-3">
          <span aria-hidden className="flex size-9 shrink-0 items-center justify-center rounded-xl bg-brand-wash text-brand">
            <Bot size={18} />
          </span>
          <div>
            <h2 id="clients-title" className="font-semibold">
              Connect your agent
            </h2>
            <p className="text-sm text-soft">
              It sees the same runs as this page. A terminal prints the same with <code className="font-mono">flux-mcp connect CLIENT</code>.
            </p>
          </div>
        </div>
        {guides.data ? (
          <Tabs.Root defaultValue={guides.data[0]?.client}>
            <Tabs.List aria-label="AI clients" className="mb-4 flex flex-wrap gap-1.5">
              {guides.data.map(({ client, title }) => (
                <Tabs.Tab
                  key={client}
                  value={client}
                  className="min-h-8 rounded-lg border border-line px-3 py-1 text-sm font-medium text-soft hover:bg-well hover:text-ink data-active:border-transparent data-active:bg-brand-wash data-active:text-brand"
                >
                  {title}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {guides.data.map(({ client, title, steps }) => (
              <Tabs.Panel key={client} value={client} className="max-w-3xl">
                <ol className="flex flex-col gap-3">
                  {steps.map((step, index) => (
                    <li key={index} className="text-sm">
                      <p className="mb-1.5 [overflow-wrap:anywhere]">{step.text}</p>
                      {step.code && <CodeBlock code={step.code} label={`${title}, step ${index + 1}`} />}
                    </li>
                  ))}
                </ol>
              </Tabs.Panel>
            ))}
          </Tabs.Root>
        ) : guides.isError ? (
          <FailureNote what="The snippets cannot be read." error={guides.error} onRetry={() => guides.refetch()} alert={false} />
        ) : connection.phase === 'live' || connection.phase === 'connecting' || connection.phase === 'idle' ? (
          <Loading what="the snippets">
            <Skeleton className="mb-4 h-8 w-full max-w-xl" />
            <Skeleton className="h-28 w-full max-w-3xl" />
          </Loading>
        ) : (
          <p className="text-sm text-soft">The snippets come when the connection is back.</p>
        )}
      </Card>
    </section>
  );
}
