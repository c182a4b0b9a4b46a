import type { WorkflowInput } from '../protocol/types';

/// What stands in the form, by the input's name. Everything is text but a box that is ticked or not.
export type InputValues = Record<string, string | boolean>;

export function startValues(inputs: WorkflowInput[]): InputValues {
  return Object.fromEntries(inputs.map((input) => [input.name, startValue(input)]));
}

function startValue({ type, default: usual, options, required }: WorkflowInput): string | boolean {
  if (type === 'boolean') return usual === 'true';
  if (usual !== undefined) return usual;
  // As GitHub's own form: a choice always has something chosen.
  if (type === 'choice' && required) return options?.[0] ?? '';
  return '';
}

/// Why the form cannot go out as it is, by input. The server checks again, against the workflow of the same commit.
export function problemsIn(inputs: WorkflowInput[], values: InputValues): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const { name, type, required, options } of inputs) {
    const value = values[name];
    if (typeof value === 'boolean') continue;
    const text = (value ?? '').trim();
    if (text === '') {
      if (required) problems[name] = 'This input is required.';
    } else if (type === 'number' && !Number.isFinite(Number(text))) {
      problems[name] = 'This has to be a number.';
    } else if (type === 'choice' && options && !options.includes(text)) {
      problems[name] = `Choose one of: ${options.join(', ')}.`;
    }
  }
  return problems;
}

/// What goes to builds.createPreview: typed values, and nothing for a field that is empty.
export function payloadOf(inputs: WorkflowInput[], values: InputValues): Record<string, string | number | boolean> {
  const payload: Record<string, string | number | boolean> = {};
  for (const { name, type } of inputs) {
    const value = values[name];
    if (typeof value === 'boolean') payload[name] = value;
    else if (value !== undefined && value !== '') payload[name] = type === 'number' ? Number(value) : value;
  }
  return payload;
}
