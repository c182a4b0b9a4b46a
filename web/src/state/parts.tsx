import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { Client, Server } from '../protocol/client';
import type { Connection } from '../protocol/connection';

/// What everything on the page asks: made once, in main.tsx or by a test.
export interface Parts {
  client: Client;
  server: Server;
}

const PartsContext = createContext<Parts | undefined>(undefined);

export function PartsProvider({ parts, children }: { parts: Parts; children: ReactNode }) {
  return <PartsContext value={parts}>{children}</PartsContext>;
}

export function useParts(): Parts {
  const parts = useContext(PartsContext);
  if (!parts) throw new Error('There is no PartsProvider around this.');
  return parts;
}

export function useConnection(): Connection {
  const { connection } = useParts().client;
  return useSyncExternalStore(connection.watch, connection.get);
}
