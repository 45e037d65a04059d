// Bundles the extension into dist/extension.js; with --tests, each test file into out/.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as esbuild from 'esbuild';

const flags = new Set(process.argv.slice(2));
const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'warning' };

/** The licenses of what was bundled: they ask to be shipped with it. */
function notices(metafile) {
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []),
  );
  return [...packages].sort().map((name) => {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  }).join('\n----\n\n');
}

if (flags.has('--tests')) {
  const entryPoints = readdirSync('test').filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`);
  await esbuild.build({ ...common, entryPoints, outdir: 'out', sourcemap: 'inline' });
} else {
  const options = {
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    external: ['vscode'],
    sourcemap: !flags.has('--minify'),
    minify: flags.has('--minify'),
    metafile: true,
  };
  if (flags.has('--watch')) {
    await (await esbuild.context(options)).watch();
  } else {
    const { metafile } = await esbuild.build(options);
    writeFileSync('dist/THIRD_PARTY_NOTICES.txt', notices(metafile));
  }
}
