import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { type News, onNews } from './news';

const manager = Toast.createToastManager();

/// Where short news appears; the library reads it out politely.
export default function Toasts() {
  useEffect(() => onNews((news) => manager.add(toastOf(news))), []);
  return (
    <Toast.Provider toastManager={manager} timeout={7_000} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="fixed bottom-4 left-4 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function toastOf({ title, text, action, briefly }: News) {
  return {
    title,
    description: text,
    ...(briefly && { timeout: 3_000 }),
    ...(action && { actionProps: { children: action.words, onClick: action.act } }),
  };
}

function List() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="fade-popup flex items-start gap-3 rounded-xl border border-line bg-card p-4 shadow-lift"
    >
      <div className="min-w-0 flex-1">
        <Toast.Title className="text-sm font-semibold [overflow-wrap:anywhere]" />
        <Toast.Description className="mt-0.5 text-sm text-soft [overflow-wrap:anywhere]" />
        <Toast.Action className="mt-2 min-h-6 text-sm font-semibold text-brand underline-offset-2 hover:underline" />
      </div>
      <Toast.Close aria-label="Dismiss" className="-m-1 flex size-7 items-center justify-center rounded-md text-soft hover:bg-well">
        <X size={16} aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ));
}
