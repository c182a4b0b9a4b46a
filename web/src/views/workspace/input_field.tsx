import { useId } from 'react';
import type { WorkflowInput } from '../../protocol/types';
import { describedBy, Field, fieldLook } from '../../ui/field';

/// One declared workflow_dispatch input as the control that fits its type.
export function InputField({ input, value, error, onChange }: {
  input: WorkflowInput;
  value: string | boolean;
  error: string | undefined;
  onChange: (value: string | boolean) => void;
}) {
  const id = useId();
  if (input.type === 'boolean') {
    return (
      <label htmlFor={id} className="flex min-h-6 items-start gap-2.5 text-sm">
        <input
          id={id}
          type="checkbox"
          className="mt-0.5 size-4 accent-[var(--color-brand)]"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>
          <span className="font-medium">{input.name}</span>
          {input.description && <span className="block text-xs text-soft">{input.description}</span>}
        </span>
      </label>
    );
  }
  const shared = {
    id,
    className: fieldLook,
    value: String(value),
    required: input.required,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': describedBy(id, input.description, error),
  } as const;
  return (
    <Field id={id} label={input.name} required={input.required} hint={input.description} error={error}>
      {input.type === 'choice' ? (
        <select {...shared} onChange={(event) => onChange(event.target.value)}>
          {!input.required && !input.default && <option value="">Nothing chosen</option>}
          {input.options?.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...shared}
          type="text"
          inputMode={input.type === 'number' ? 'decimal' : undefined}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
