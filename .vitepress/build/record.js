/**
 * Records the site's traces (`npm run record`) unless those that are there came from
 * these very files. Plain JavaScript: most often it has nothing to do, and is quick.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const traces = 'docs/traces';
const stamp = join(root, traces, '.recorded');

/** What a recording depends on: the code, what records it, and the packages. */
const inputs = [
  'impl',
  'exercises/kit',
  'package.json',
  'node_modules/.package-lock.json',
];

function filesOf(path) {
  const place = join(root, path);
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [path];
  return readdirSync(place, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('.'))
    .flatMap((entry) => filesOf(`${path}/${entry.name}`))
    .sort();
}

/** Over the inputs and the recordings: an edit of either asks for a new one. */
function state() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...inputs, traces].flatMap(filesOf))
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function isRecorded() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === state();
}

if (!isRecorded()) {
  execFileSync('npm', ['run', '-s', 'record'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32', // npm is a script there
  });
  writeFileSync(stamp, state());
}
