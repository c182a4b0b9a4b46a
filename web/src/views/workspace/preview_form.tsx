import { Rocket } from 'lucide-react';
import { useEffect, useId, useMemo, useState } from 'react';
import { failureOf } from '../../protocol/failures';
import type { Workflow } from '../../protocol/types';
import { type InputValues, payloadOf, problemsIn, startValues } from '../../state/inputs';
import { useConnection } from '../../state/parts';
import { useCreatePreview, useWorkflows } from '../../state/runs';
import { Button } from '../../ui/button';
import { Card } from '../../ui/card';
import { fieldLook, Field } from '../../ui/field';
import { Note } from '../../ui/note';
import { Loading, Skeleton } from '../../ui/skeleton';
import { tell } from '../../ui/news';
import { BranchField } from '../branch_field';
import { FailureNote } from '../failure_note';
import { InputField } from './input_field';

const pauseMs = 250;

/// A branch, a workflow, and the inputs that the workflow declares on that branch.
export function PreviewForm({ onCreated }: { onCreated: (run: number) => void }) {
  const id = useId();
  const connection = useConnection();
  const [branch, setBranch] = useState('');
  // Not with every letter: what is asked for is the branch that stands still for a moment.
  const [settled, setSettled] = useState('');
  const [chosen, setChosen] = useState<string>();
  const [values, setValues] = useState<InputValues>({});
  const [shownProblems, showProblems] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(branch.trim()), pauseMs);
    return () => clearTimeout(timer);
  }, [branch]);

  const workflows = useWorkflows(settled);
  const startable = useMemo(() => workflows.data?.items.filter((each) => each.dispatchable) ?? [], [workflows.data]);
  const stopped = workflows.data?.items.filter((each) => !each.dispatchable && each.problem) ?? [];
  const workflow = startable.find((each) => each.file === chosen) ?? usualWorkflow(startable);
  const create = useCreatePreview();
  // What is shown belongs to another branch for a moment: nothing goes out until it is known.
  const reading = branch.trim() !== '' && (settled !== branch.trim() || workflows.isPlaceholderData);

  const inputs = workflow?.inputs ?? [];
  const filled = { ...startValues(inputs), ...values };
  const problems = problemsIn(inputs, filled);
  const noBranch = failureCode(workflows.error) === 'branch_not_found';
  const branchError = noBranch ? failureOf(workflows.error).message : shownProblems && branch.trim() === '' ? 'Choose a branch.' : undefined;

  const submit = () => {
    showProblems(true);
    if (create.isPending || reading || branch.trim() === '' || Object.keys(problems).length > 0) return;
    create.mutate(
      { branch: branch.trim(), ...(workflow && { workflow: workflow.file }), payload: payloadOf(inputs, filled) },
      {
        onSuccess: (run) => {
          showProblems(false);
          if (run.reused) tell({ title: `Run ${run.run_id} is that preview already`, text: 'Same branch, commit and inputs: nothing was built twice.' });
          onCreated(run.run_id);
        },
      },
    );
  };

  return (
    <Card className="p-4">
      <h3 className="mb-3 text-base font-semibold">Ship a preview</h3>
      <form
        noValidate
        aria-label="New preview"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <BranchField id={`${id}-branch`} label="Branch" required value={branch} onChange={setBranch} placeholder="main" error={branchError} />
        {workflows.isFetching && !workflows.data && settled !== '' && (
          <Loading what="the workflow’s inputs">
            <Skeleton className="h-9 w-full" />
          </Loading>
        )}
        {startable.length > 1 && (
          <Field id={`${id}-workflow`} label="Workflow">
            <select id={`${id}-workflow`} className={fieldLook} value={workflow?.file} onChange={(event) => setChosen(event.target.value)}>
              {startable.map(({ file, name }) => (
                <option key={file} value={file}>
                  {name} ({file})
                </option>
              ))}
            </select>
          </Field>
        )}
        {startable.length === 1 && workflow && (
          <p className="-mt-1 text-xs text-soft">
            Runs <span className="font-medium text-ink">{workflow.name}</span> <span className="font-mono">({workflow.file})</span>
          </p>
        )}
        {workflows.data && startable.length === 0 && stopped.length > 0 && (
          <Note tone="warn" title="No workflow of this branch can be started.">
            {stopped.map(({ file, problem }) => (
              <p key={file}>
                <span className="font-mono">{file}</span>: {problem}
              </p>
            ))}
          </Note>
        )}
        {workflows.data && workflows.data.items.length === 0 && (
          <p className="text-xs text-soft">This branch has no workflow; an index.html is shown as it is.</p>
        )}
        {workflows.isError && !noBranch && failureCode(workflows.error) !== 'connection_lost' && (
          <FailureNote what="The workflow’s inputs cannot be read." error={workflows.error} onRetry={() => workflows.refetch()} />
        )}
        {inputs.map((input) => (
          <InputField
            key={`${workflow?.file}/${input.name}`}
            input={input}
            value={filled[input.name] ?? ''}
            error={shownProblems ? problems[input.name] : undefined}
            onChange={(value) => setValues((before) => ({ ...before, [input.name]: value }))}
          />
        ))}
        {create.isError && <FailureNote what="The preview was not started." error={create.error} />}
        <div className="flex flex-wrap items-center gap-3">
          <Button kind="primary" type="submit" busy={create.isPending} disabled={connection.phase !== 'live' || reading} icon={<Rocket size={16} aria-hidden />}>
            {create.isPending ? 'Starting' : 'Create preview'}
          </Button>
          {connection.phase !== 'live' && <span className="text-xs text-soft">Possible again when the connection is live.</span>}
        </div>
      </form>
    </Card>
  );
}

/// The one that makes previews by convention, else the first.
function usualWorkflow(workflows: Workflow[]): Workflow | undefined {
  return workflows.find(({ file }) => /^(deploy|preview|pages)\.ya?ml$/.test(file)) ?? workflows[0];
}

function failureCode(error: unknown): string | undefined {
  return error ? failureOf(error).code : undefined;
}
