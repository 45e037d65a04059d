import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { findServer, onPath, type Places } from '../src/resolve';

const SERVE = ['serve', '--stdio'];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kibitz-resolve-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function script(name: string, exitStatus = 0): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\nexit ${exitStatus}\n`);
  await chmod(file, 0o755);
  return file;
}

function places(given: Partial<Places>): Places {
  return { setting: '', searchPath: '', home: folder, interpreters: async () => [], ...given };
}

test('the setting comes before the search path', async () => {
  const wanted = await script('chosen/kibitz-dev');
  const other = await script('bin/kibitz');
  const found = await findServer(places({ setting: wanted, searchPath: path.dirname(other) }));
  assert.deepEqual(found, { command: wanted, args: SERVE });
});

test('a setting may start with ~/ or be a name on the search path', async () => {
  const wanted = await script('tools/kibitz-dev');
  assert.equal((await findServer(places({ setting: '~/tools/kibitz-dev' })))?.command, wanted);
  const searchPath = path.dirname(wanted);
  assert.equal((await findServer(places({ setting: 'kibitz-dev', searchPath })))?.command, wanted);
});

test('a setting that leads nowhere starts nothing else', async () => {
  const other = await script('bin/kibitz');
  const searchPath = path.dirname(other);
  for (const setting of [path.join(folder, 'absent'), 'absent', 'bin/kibitz', './bin/kibitz']) {
    assert.equal(await findServer(places({ setting, searchPath })), undefined, setting);
  }
});

test('the program on the search path comes before an interpreter', async () => {
  const program = await script('bin/kibitz');
  const python = await script('bin/python3');
  const found = await findServer(places({ searchPath: path.dirname(program), interpreters: async () => [python] }));
  assert.deepEqual(found, { command: program, args: SERVE });
});

test('relative entries of the search path are skipped', async () => {
  const program = await script('bin/kibitz');
  const relative = path.relative(process.cwd(), path.dirname(program));
  assert.equal(await onPath('kibitz', relative), undefined);
  assert.equal(await onPath('kibitz', ['', '.', relative, path.dirname(program)].join(path.delimiter)), program);
});

test('a file that may not be executed is no program', async () => {
  const program = await script('bin/kibitz');
  await chmod(program, 0o644);
  assert.equal(await onPath('kibitz', path.dirname(program)), undefined);
});

test('the first interpreter that has the package runs it, with the current folder off its path', async () => {
  const without = await script('one/python3', 1);
  const withIt = await script('two/python3', 0);
  const interpreters = async (): Promise<string[]> => [path.join(folder, 'absent'), without, withIt];
  const found = await findServer(places({ interpreters }));
  assert.deepEqual(found, { command: withIt, args: ['-P', '-m', 'kibitz', ...SERVE] });
});

test('nothing found is undefined', async () => {
  const without = await script('one/python3', 1);
  assert.equal(await findServer(places({ interpreters: async () => [without] })), undefined);
});
