#!/usr/bin/env node
// How long a line that a running build prints takes to those who follow it over WebSockets, and what they cost:
// node bench/logs/live.mjs [--followers 1,1000] [--lines N] [--pause MS]
//
// A job of the embedded runner prints a line with the time of now; each follower asks builds.tailLogs with `wait_s` again and
// again. Measured is from that time to the first byte of the answer that brings the line, by the clock of the machine: through the
// pipe of the job, the log on the disk, the watch and the socket. All followers are one Node process, whose own work is part of the figure.
// Prints a Markdown table.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { repository, root, serve, workflow } from '../../tests/stage/stage.mjs';

const WebSocket = createRequire(`${root}/tests/package.json`)('ws');
const { values: options } = parseArgs({ options: {
  followers: { type: 'string', default: '1,1000' }, lines: { type: 'string', default: '40' }, pause: { type: 'string', default: '250' },
} });
const lines = Number(options.lines);
const pause = Number(options.pause);

const cleanups = [];
const stage = { after: (work) => cleanups.push(work) };
const now = () => performance.timeOrigin + performance.now();
const median = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

/// A socket that asks one thing at a time; answers come with the time of their first byte.
function connect(server) {
  return new Promise((done, fail) => {
    const socket = new WebSocket(server.ws, { headers: { authorization: `Bearer ${server.token}` }, perMessageDeflate: false });
    let last = 0;
    let waiting;
    const peer = { close: () => socket.terminate() };
    peer.tool = (name, args) => new Promise((answered, refused) => {
      waiting = { answered, refused };
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: ++last, method: 'tools/call', params: { name, arguments: args } }));
    });
    socket.on('message', (data) => {
      const at = now();
      // Reading the answer has time until everybody has theirs.
      setImmediate(() => {
        const { id, result, error } = JSON.parse(String(data));
        if (id !== last) return;
        if (error) waiting.refused(new Error(error.message));
        else waiting.answered({ at, result });
      });
    });
    socket.on('open', () => done(peer));
    socket.on('error', fail);
  });
}

async function measure(count) {
  const repo = repository(stage, { '.github/workflows/deploy.yml': workflow(`
sleep 5
for line in $(seq 1 ${lines}); do echo "live $line $EPOCHREALTIME"; sleep ${pause / 1000}; done
echo over`) });
  const server = await serve(stage, { repo, env: { FLUX_SANDBOX: process.env.FLUX_SANDBOX } });
  const before = memory(server.process.pid);
  const followers = await Promise.all(Array.from({ length: count }, () => connect(server)));
  const run_id = (await followers[0].tool('builds.createPreview', { branch: 'main' })).result.structuredContent.run_id;
  const delays = [];
  let most = 0;
  const follow = async (peer) => {
    let cursor;
    for (let over = false; !over;) {
      const { at, result } = await peer.tool('builds.tailLogs', cursor ? { run_id, cursor, wait_s: 30 } : { run_id, lines: 1 });
      if (result.isError) throw new Error(result.content[0].text);
      const text = result.structuredContent.lines.map((block) => block.text).join('\n');
      const seen = /live \d+ (\d+)[.,](\d+)/.exec(text);
      if (seen && cursor) delays.push(at - Number(`${seen[1]}.${seen[2]}`) * 1000);
      ({ cursor } = result.structuredContent);
      over = result.structuredContent.done;
    }
  };
  const watching = setInterval(() => { most = Math.max(most, memory(server.process.pid)); }, 500);
  await Promise.all(followers.map(follow));
  clearInterval(watching);
  for (const peer of followers) peer.close();
  const end = await server.stop();
  if (end.code !== 0) throw new Error(`serve ended with ${JSON.stringify(end)}`);
  delays.sort((a, b) => a - b);
  return { count, answers: delays.length, p50: median(delays, 0.5), p99: median(delays, 0.99), before, most };
}

console.log('| followers | answers with a line | p50, ms | p99, ms | server before, MiB | at most, MiB | KiB a follower |');
console.log('|---:|---:|---:|---:|---:|---:|---:|');
try {
  for (const count of options.followers.split(',').map(Number)) {
    const { answers, p50, p99, before, most } = await measure(count);
    const each = ((most - before) * 1024) / count;
    console.log(`| ${count} | ${answers} | ${p50.toFixed(1)} | ${p99.toFixed(1)} | ${before.toFixed(1)} | ${most.toFixed(1)} | ${each.toFixed(0)} |`);
  }
} finally {
  for (const work of cleanups.reverse()) await Promise.resolve().then(work).catch((error) => console.error(error.message));
}
