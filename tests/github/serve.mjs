// The double as a program:  node tests/github/serve.mjs [--port N] [--blob-port N] [--control-port N] [--script FILE] [--git FOLDER]
//
// Prints its three addresses as one line of JSON, says every violation on stderr, and ends with 1 if there was any.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startGithub } from './github.mjs';

const text = { type: 'string' };
const { values } = parseArgs({ options: { port: text, 'blob-port': text, 'control-port': text, script: text, git: text } });
const port = (given) => (given === undefined ? undefined : Number(given));
const usual = {
  repositories: [{ owner: 'octo-org', name: 'site', ...(values.git ? { git: values.git } : { branches: { main: { '.github/workflows/deploy.yml': 'name: Deploy\non: workflow_dispatch\n' } } }) }],
  tokens: [{ token: 'github_pat_for_tests_0123456789', login: 'octocat' }],
};
const options = values.script ? JSON.parse(readFileSync(values.script, 'utf8')) : usual;
let broken = 0;
const github = await startGithub({
  ...options, ports: { api: port(values.port), blobs: port(values['blob-port']), control: port(values['control-port']) },
  on_violation: (what) => {
    broken += 1;
    console.error(`violation: ${what}`);
  },
});
console.log(JSON.stringify({ api: github.apiUrl, blobs: github.blobUrl, control: github.controlUrl }));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await github.close();
    process.exit(broken > 0 ? 1 : 0);
  });
}
