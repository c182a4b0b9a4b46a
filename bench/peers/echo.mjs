// The one tool that every server here has: it checks `{branch, payload?}` and answers with it as text.
import { z } from 'zod/v4';

export const port = Number(process.argv[2]);
export const info = { name: 'peer', version: '1.0.0' };
export const shape = { branch: z.string(), payload: z.record(z.string(), z.unknown()).optional() };
export const echo = (given) => ({ content: [{ type: 'text', text: JSON.stringify(given) }] });
