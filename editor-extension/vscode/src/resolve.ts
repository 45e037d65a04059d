// Where the server is. Knows nothing of the editor, so that it can be tested without one.

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import * as path from 'node:path';

export interface Launch {
  command: string;
  args: string[];
}

export interface Places {
  /** The setting `kibitz.server.path`. */
  setting: string;
  /** The value of the environment's PATH. */
  searchPath: string;
  /** The user's home folder. */
  home: string;
  /** Asked only when needed: interpreters that may have the package, the most likely first. */
  interpreters: () => Promise<string[]>;
}

const SERVE = ['serve', '--stdio'];
const PROBE = "import importlib.util as u, sys; sys.exit(0 if u.find_spec('kibitz.__main__') else 1)";

/**
 * The command that starts the server, or undefined when there is none.
 *
 * A setting that leads nowhere is an answer too: whoever wrote it does not want another server started instead.
 */
export async function findServer(places: Places): Promise<Launch | undefined> {
  const setting = places.setting.trim();
  if (setting) {
    const command = await fromSetting(setting, places);
    return command === undefined ? undefined : { command, args: SERVE };
  }
  const program = await onPath('kibitz', places.searchPath);
  if (program !== undefined) return { command: program, args: SERVE };
  for (const python of await places.interpreters()) {
    // -P keeps the current folder off sys.path: a project with a module named kibitz must not be run as the server
    if (await runs(python, ['-P', '-c', PROBE])) return { command: python, args: ['-P', '-m', 'kibitz', ...SERVE] };
  }
  return undefined;
}

/** The first executable of that name on the search path. Relative entries are skipped: they mean "wherever I am". */
export async function onPath(name: string, searchPath: string): Promise<string | undefined> {
  for (const folder of searchPath.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const file = await executable(path.join(folder, name));
    if (file !== undefined) return file;
  }
  return undefined;
}

async function fromSetting(setting: string, places: Places): Promise<string | undefined> {
  if (setting.startsWith('~/')) return executable(path.join(places.home, setting.slice(2)));
  if (path.isAbsolute(setting)) return executable(setting);
  return /[\\/]/.test(setting) ? undefined : onPath(setting, places.searchPath);
}

async function executable(file: string): Promise<string | undefined> {
  const names = process.platform === 'win32' && !/\.exe$/i.test(file) ? [`${file}.exe`] : [file];
  for (const name of names) {
    try {
      await access(name, constants.X_OK);
      return name;
    } catch {
      // not there, or not ours to run: the next place
    }
  }
  return undefined;
}

function runs(command: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 10_000, windowsHide: true }, (error) => resolve(error === null));
  });
}
