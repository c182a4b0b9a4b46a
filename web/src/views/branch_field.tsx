import { Autocomplete } from '@base-ui/react/autocomplete';
import clsx from 'clsx';
import { GitBranch } from 'lucide-react';
import { useDeferredValue, useRef, useState } from 'react';
import { useBranches } from '../state/runs';
import { describedBy, Field, fieldLook } from '../ui/field';

interface BranchFieldProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /// A branch was picked from the list.
  onChoose?: (value: string) => void;
  placeholder?: string;
  required?: boolean;
  error?: string | undefined;
  className?: string;
}

/// A branch by typing, with what the server knows underneath. Any name may be typed: the server has the last word.
export function BranchField({ id, label, value, onChange, onChoose, placeholder, required = false, error, className }: BranchFieldProps) {
  const typed = useDeferredValue(value);
  const branches = useBranches(typed);
  const [open, setOpen] = useState(false);
  // The list belongs to the region that its field stands in, for whoever walks by regions.
  const place = useRef<HTMLDivElement>(null);
  // What the server said last may belong to what was typed before: a stale offer must never be picked unseen.
  const items = (branches.data ?? []).filter((name) => name.toLowerCase().includes(value.trim().toLowerCase()));
  // Nothing to choose where the only offer is what stands there.
  const offers = items.length > 1 || (items.length === 1 && items[0] !== value);
  return (
    <Field id={id} label={label} required={required} error={error} {...(className && { className })}>
      <Autocomplete.Root
        items={items}
        filter={null}
        value={value}
        open={open && offers}
        onOpenChange={setOpen}
        onValueChange={(next, details) => {
          onChange(next);
          if (details.reason === 'item-press') onChoose?.(next);
        }}
      >
        <div className="relative">
          <GitBranch size={15} aria-hidden className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-soft" />
          <Autocomplete.Input
            id={id}
            className={clsx(fieldLook, 'pl-9')}
            placeholder={placeholder}
            required={required}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            aria-invalid={error ? true : undefined}
            aria-describedby={describedBy(id, false, error)}
          />
        </div>
        <Autocomplete.Portal container={place}>
          <Autocomplete.Positioner sideOffset={4} className="z-50 outline-none">
            <Autocomplete.Popup className="fade-popup max-h-[min(20rem,var(--available-height))] w-[var(--anchor-width)] overflow-y-auto rounded-xl border border-line bg-card p-1 shadow-lift">
              <Autocomplete.List aria-label={label}>
                {(name: string) => (
                  <Autocomplete.Item
                    key={name}
                    value={name}
                    className="cursor-pointer rounded-lg px-3 py-1.5 text-sm [overflow-wrap:anywhere] data-highlighted:bg-brand-wash data-highlighted:text-brand"
                  >
                    {name}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
      <div ref={place} className="contents" />
    </Field>
  );
}
