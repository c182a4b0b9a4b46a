import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { currentWorkspace } from '../src/state/workspace';
import { Door } from '../src/views/door';
import { CannedClient, CannedServer } from './canned';
import { show } from './show';

function stranger(asksForToken = true): CannedServer {
  const server = new CannedServer();
  server.info = { ...server.info, signed_in: false, asks_for_token: asksForToken };
  return server;
}
const quiet = () => new CannedClient({ 'builds.list': () => ({ items: [], cursor: null }) });

describe('the door', () => {
  it('asks for the token and opens the connection with the right one only', async () => {
    const { user, server, client } = show(<Door />, { server: stranger(), client: quiet() });
    const field = await screen.findByLabelText('Token');
    await user.type(field, 'wrong{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('This token is not known here.');
    expect(field).toHaveValue('');
    expect(client.opened).toBe(0);
    await user.type(field, ' right {Enter}');
    await waitFor(() => expect(client.opened).toBeGreaterThan(0));
    expect(server.signedInWith).toEqual([{ token: 'wrong' }, { token: 'right' }]);
    expect(JSON.stringify({ ...localStorage })).not.toContain('right');
  });

  it('uses a one-time link at once', async () => {
    const { server } = show(<Door link="once" />, { server: stranger(), client: quiet() });
    await waitFor(() => expect(server.signedInWith).toEqual([{ link: 'once' }]));
    expect(await screen.findByRole('navigation', { name: 'Pages' })).toBeInTheDocument();
  });

  it('takes a link that is opened where the page is open already', async () => {
    const { server } = show(<Door />, { server: stranger(), client: quiet() });
    await screen.findByLabelText('Token');
    history.replaceState(null, '', '/#link=once');
    dispatchEvent(new HashChangeEvent('hashchange'));
    expect(await screen.findByRole('navigation', { name: 'Pages' })).toBeInTheDocument();
    expect(server.signedInWith).toEqual([{ link: 'once' }]);
    expect(location.hash).toBe('');
  });

  it('says that a link was used, and still takes the token', async () => {
    show(<Door link="used" />, { server: stranger(), client: quiet() });
    expect(await screen.findByText('This link no longer works.')).toBeInTheDocument();
    expect(screen.getByLabelText('Token')).toBeInTheDocument();
  });

  it('does not ask where the server does not', async () => {
    const { server } = show(<Door />, { server: stranger(false), client: quiet() });
    expect(await screen.findByRole('navigation', { name: 'Pages' })).toBeInTheDocument();
    expect(server.signedInWith).toEqual([{}]);
  });

  it('asks again when the session has ended', async () => {
    const { client, server } = show(<Door />, { client: quiet() });
    await screen.findByRole('navigation', { name: 'Pages' });
    server.info = { ...server.info, signed_in: false };
    client.connection.set({ phase: 'signed_out' });
    expect(await screen.findByLabelText('Token')).toHaveFocus();
    expect(screen.getByText('Your session has ended.')).toBeInTheDocument();
  });

  it('keeps the page that a session left, out of sight and deaf to keys, until the same person is back', async () => {
    const { user, client, server } = show(<Door />, { client: quiet() });
    const pages = await screen.findByRole('navigation', { name: 'Pages' });
    server.info = { ...server.info, signed_in: false };
    client.connection.set({ phase: 'signed_out' });
    const field = await screen.findByLabelText('Token');
    expect(pages.closest('.hidden')).not.toBeNull();
    field.blur();
    await user.keyboard('w');
    expect(currentWorkspace().open).toBe(false);
    await user.type(field, 'right{Enter}');
    await waitFor(() => expect(pages.closest('.hidden')).toBeNull());
    expect(pages).toBeInTheDocument();
  });

  it('keeps nothing for somebody else', async () => {
    const { user, client, server } = show(<Door />, { client: quiet() });
    const pages = await screen.findByRole('navigation', { name: 'Pages' });
    server.info = { ...server.info, signed_in: false };
    client.connection.set({ phase: 'signed_out' });
    const field = await screen.findByLabelText('Token');
    server.info = { ...server.info, principal: 'another' };
    await user.type(field, 'right{Enter}');
    await waitFor(() => expect(screen.queryByLabelText('Token')).toBeNull());
    expect(pages).not.toBeInTheDocument();
  });

  it('keeps nothing for somebody who signed out', async () => {
    const { user } = show(<Door />, { client: quiet() });
    const pages = await screen.findByRole('navigation', { name: 'Pages' });
    await user.click(screen.getByRole('button', { name: /^Sign out/ }));
    expect(await screen.findByLabelText('Token')).toBeInTheDocument();
    expect(pages).not.toBeInTheDocument();
    expect(screen.queryByText('Your session has ended.')).toBeNull();
  });

  it('signs in again by itself where the server asks for nothing', async () => {
    const { client, server } = show(<Door />, { server: stranger(false), client: quiet() });
    const pages = await screen.findByRole('navigation', { name: 'Pages' });
    server.info = { ...server.info, signed_in: false };
    client.connection.set({ phase: 'signed_out' });
    await waitFor(() => expect(server.signedInWith).toEqual([{}, {}]));
    expect(pages).toBeInTheDocument();
  });
});
