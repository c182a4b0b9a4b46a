// A workflow file as the dispatch endpoint sees it: may it be dispatched, with which inputs, and what is its run called.
import { parse } from 'yaml';

/// {name, dispatchable, inputs, runName, concurrency}; undefined when the text is no workflow.
export function readWorkflow(text) {
  let file;
  try {
    file = parse(text, { version: '1.2', merge: false });
  } catch {
    return undefined;
  }
  if (file === null || typeof file !== 'object') return undefined;
  const on = typeof file.on === 'string' ? [file.on] : file.on ?? {};
  const dispatchable = Array.isArray(on) ? on.includes('workflow_dispatch') : 'workflow_dispatch' in on;
  return {
    name: file.name, dispatchable, runName: file['run-name'],
    inputs: (Array.isArray(on) ? undefined : on.workflow_dispatch?.inputs) ?? {},
    concurrency: typeof file.concurrency === 'string' ? { group: file.concurrency } : file.concurrency,
  };
}

/// What GitHub says against these inputs, in its words; undefined when it takes them.
export function refusalOf(workflow, given, limit) {
  const names = Object.keys(given);
  if (names.length > limit) return `Invalid request.\n\nYou may only define up to ${limit} \`inputs\` for a \`workflow_dispatch\` event`;
  if (JSON.stringify(given).length > 65_535) return 'inputs are too large.';
  const unexpected = names.filter((name) => !(name in workflow.inputs));
  if (unexpected.length > 0) return `Unexpected inputs provided: ${JSON.stringify(unexpected)}`;
  for (const [name, input] of Object.entries(workflow.inputs)) {
    const value = given[name];
    if (value === undefined || value === '') {
      if (input?.required && input.default === undefined) return `Required input '${name}' not provided`;
      continue;
    }
    const text = String(value);
    if (input?.type === 'choice' && !(input.options ?? []).map(String).includes(text)) {
      return `Provided value '${text}' for input '${name}' not in the list of allowed values`;
    }
    if (input?.type === 'boolean' && !['true', 'false'].includes(text)) return `Provided value '${text}' for input '${name}' not a valid boolean`;
    if (input?.type === 'number' && !Number.isFinite(Number(text))) return `Provided value '${text}' for input '${name}' not a valid number`;
  }
  return undefined;
}

/// The inputs of a run: what was given, and defaults for the rest.
export function filled(workflow, given) {
  const defaults = Object.entries(workflow.inputs).filter(([, input]) => input?.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, input]) => [name, input.default])), ...given };
}

/// A text with the expressions that name an input, the ref or the actor replaced; others become empty.
export function interpolated(text, { inputs, branch, actor }) {
  return String(text).replace(/\$\{\{\s*([^}]+?)\s*\}\}/g, (_, expression) => {
    const input = /^(?:github\.event\.)?inputs\.([\w-]+)$/.exec(expression)?.[1];
    if (input) return String(inputs[input] ?? '');
    return { 'github.ref_name': branch, 'github.ref': `refs/heads/${branch}`, 'github.actor': actor }[expression] ?? '';
  });
}
