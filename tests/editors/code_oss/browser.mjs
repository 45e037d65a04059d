// Drives a running Code-OSS server with a headless browser.
//
//   node browser.mjs '<json>'      {base, workspace, extension, suite or scenario, timeoutMs, shots, ...}
//
// With a suite it runs that inside the extension host; else it plays the scenario on the screen and takes screenshots.
// Every line on stdout is one JSON object: {event: "passed"|"failed"|"log"|"exit", ...}.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { play } from './screen.mjs';

const STEP_MS = 45_000;
const plan = JSON.parse(process.argv[2]);
const playwright = join(plan.codeOss, 'node_modules', 'playwright-core', 'index.mjs');
const { chromium } = await import(pathToFileURL(playwright).href);

const emit = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** The workbench's address: the folder to open, and what an extension host under development is given. */
function address() {
  const remote = (path) => `vscode-remote://${new URL(plan.base).host}${path}`;
  const payload = [['extensionDevelopmentPath', remote(plan.extension)], ['skipWelcome', 'true']];
  if (plan.suite) payload.push(['extensionTestsPath', remote(plan.suite)]);
  return `${plan.base}/?folder=${encodeURIComponent(plan.workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

async function runInHost(page) {
  const exit = new Promise((resolve) => {
    void page.exposeFunction('codeAutomationExit', (code) => resolve(code));
  });
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    for (const arg of [args].flat()) {
      const report = typeof arg === 'string' && arg.startsWith('{"event":') ? JSON.parse(arg) : undefined;
      if (report) emit(report.event, report);
      else emit('log', { text: `${type}: ${typeof arg === 'string' ? arg : JSON.stringify(arg)}` });
    }
  });
  await page.goto(address());
  return exit;
}

const browser = await chromium.launch({
  executablePath: plan.chromium,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let code = 1;
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
try {
  // nothing that is asked of another machine leaves this one
  await context.route((url) => url.hostname !== '127.0.0.1', (route) => route.abort());
  page.on('pageerror', (error) => emit('log', { text: `page error: ${error.message}` }));
  page.setDefaultTimeout(STEP_MS);
  const deadline = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`not done after ${plan.timeoutMs} ms`)), plan.timeoutMs).unref();
  });
  const run = plan.suite
    ? runInHost(page)
    : page.goto(address()).then(() => play(page, plan, emit)).then(() => 0);
  code = await Promise.race([run, deadline]);
} catch (error) {
  emit('log', { text: String(error) });
  await page.screenshot({ path: join(plan.shots, `${plan.name}-failed.png`) });
} finally {
  await browser.close();
}
emit('exit', { code });
process.exitCode = code === 0 ? 0 : 1;
