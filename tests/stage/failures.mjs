// After ctest: why each failed test failed, in few lines, for who sees only the end of a report.
// node tests/stage/failures.mjs BUILD_FOLDER
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.argv[2], 'Testing/Temporary');
const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
const most = 12;

/// What a test printed; ctest puts each between lines of its own.
function outputOf(name) {
  const begin = read('LastTest.log').split(`Test: ${name}\n`)[1] ?? '';
  return (begin.split(/^Output:\n-+\n/m)[1] ?? '').split('<end of output>')[0];
}

/// Node's own runner repeats what failed at its end; of others the end has to do. Frames inside of Node say nothing.
function reasonOf(output) {
  const repeated = output.split('✖ failing tests:')[1];
  const diagnosed = [...output.matchAll(/^\s*ℹ (http|the page complained).*$/gm)].map(([line]) => line);
  const lines = (repeated ?? output).split('\n').filter((line) => line.trim() && !/node:internal|node_modules|async_hooks/.test(line));
  return [...(repeated ? lines.slice(0, most) : lines.slice(-most)), ...diagnosed.slice(0, 3)];
}

for (const line of read('LastTestsFailed.log').split('\n').filter(Boolean).slice(0, 5)) {
  const name = line.slice(line.indexOf(':') + 1);
  console.log(`\n${name} failed:\n${reasonOf(outputOf(name)).map((each) => each.slice(0, 500)).join('\n')}`);
}
