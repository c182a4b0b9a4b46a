import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../src/protocol/failures';
import { PreviewForm } from '../src/views/workspace/preview_form';
import { CannedClient } from './canned';
import { show } from './show';

const workflow = {
  file: 'deploy.yml',
  name: 'Deploy site',
  dispatchable: true,
  inputs: [
    { name: 'notice', type: 'string', required: true, description: 'Shown on top' },
    { name: 'drafts', type: 'boolean', required: false, default: 'true' },
    { name: 'depth', type: 'number', required: false, default: '3' },
    { name: 'palette', type: 'choice', required: true, options: ['day', 'night'] },
  ],
};

function form(create: (args: Record<string, unknown>) => unknown, workflows: unknown[] = [workflow]) {
  const created = vi.fn();
  const client = new CannedClient({ 'builds.list': () => ({ items: workflows, cursor: null }), 'builds.createPreview': create }, {}, ['main', 'night-watch']);
  return { created, ...show(<PreviewForm onCreated={created} />, { client }) };
}

/// Presses the button as soon as it can be pressed.
async function create(user: ReturnType<typeof form>['user']) {
  const button = screen.getByRole('button', { name: 'Create preview' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
}

describe('the form of a preview', () => {
  it('has the inputs that the workflow declares, and sends them with their types', async () => {
    const { user, client, created } = form(() => ({ run_id: 7 }));
    await user.type(screen.getByRole('combobox', { name: /Branch/ }), 'main');
    await user.type(await screen.findByRole('textbox', { name: /notice/ }), 'Hello');
    expect(screen.getByRole('checkbox', { name: /drafts/ })).toBeChecked();
    await user.click(screen.getByRole('checkbox', { name: /drafts/ }));
    await user.selectOptions(screen.getByRole('combobox', { name: /palette/ }), 'night');
    await create(user);
    await waitFor(() => expect(created).toHaveBeenCalledWith(7));
    expect(client.calls.find(({ tool }) => tool === 'builds.createPreview')?.args).toEqual({
      branch: 'main', workflow: 'deploy.yml', payload: { notice: 'Hello', drafts: false, depth: 3, palette: 'night' },
    });
  });

  it('never offers a branch that is not like what was typed', async () => {
    const { user, client } = form(() => ({ run_id: 7 }));
    const field = screen.getByRole('combobox', { name: /Branch/ });
    await user.type(field, 'm');
    await screen.findByRole('option', { name: 'main' });
    client.complete = () => new Promise(() => {});
    await user.clear(field);
    await user.type(field, 'night');
    expect(screen.queryByRole('option', { name: 'main' })).not.toBeInTheDocument();
    await user.keyboard('{ArrowDown}{Enter}');
    expect((field as HTMLInputElement).value).toMatch(/^night/);
  });

  it('does not send what is not complete, and says what is missing', async () => {
    const { user, client } = form(() => ({ run_id: 7 }));
    await create(user);
    expect(screen.getByRole('alert')).toHaveTextContent('Choose a branch.');
    await user.type(screen.getByRole('combobox', { name: /Branch/ }), 'main');
    await screen.findByRole('textbox', { name: /notice/ });
    await create(user);
    expect(screen.getByRole('textbox', { name: /notice/ })).toBeInvalid();
    expect(screen.getByText('This input is required.')).toBeInTheDocument();
    expect(client.calls.some(({ tool }) => tool === 'builds.createPreview')).toBe(false);
  });

  it('shows why the server refused, and keeps what was typed', async () => {
    const { user, created } = form(() => { throw new Failure('deploy.yml:3:1: no jobs.', 'workflow_invalid'); }, [{ ...workflow, inputs: [] }]);
    await user.type(screen.getByRole('combobox', { name: /Branch/ }), 'main');
    await screen.findByText('Deploy site');
    await create(user);
    expect(await screen.findByText('deploy.yml:3:1: no jobs.')).toBeInTheDocument();
    expect(screen.getByRole('combobox', { name: /Branch/ })).toHaveValue('main');
    expect(created).not.toHaveBeenCalled();
  });

  it('starts one run for two clicks', async () => {
    let answer: (run: unknown) => void = () => {};
    const { user, client } = form(() => new Promise((resolve) => { answer = resolve; }), [{ ...workflow, inputs: [] }]);
    await user.type(screen.getByRole('combobox', { name: /Branch/ }), 'main');
    await screen.findByText('Deploy site');
    await create(user);
    await user.click(await screen.findByRole('button', { name: 'Starting' }));
    answer({ run_id: 7 });
    expect(client.calls.filter(({ tool }) => tool === 'builds.createPreview')).toHaveLength(1);
  });

  it('says why no workflow can be started', async () => {
    const { user } = form(() => ({}), [{ file: 'ci.yml', name: 'CI', dispatchable: false, problem: 'it has no workflow_dispatch', inputs: [] }]);
    await user.type(screen.getByRole('combobox', { name: /Branch/ }), 'main');
    expect(await screen.findByText('No workflow of this branch can be started.')).toBeInTheDocument();
    expect(screen.getByText(/it has no workflow_dispatch/)).toBeInTheDocument();
  });

  it('waits for the connection', () => {
    const client = new CannedClient();
    client.connection.set({ phase: 'waiting', attempt: 1, nextTryAt: 0, reason: '' });
    show(<PreviewForm onCreated={() => {}} />, { client });
    expect(screen.getByRole('button', { name: 'Create preview' })).toBeDisabled();
  });
});
