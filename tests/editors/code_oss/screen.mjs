// What a user does and sees. Every step waits for what it expects to see; nothing sleeps.

import { join } from 'node:path';

const EDITOR = '.editor-instance .monaco-editor';

/** The text of the visible lines, with ordinary spaces. */
const linesOf = (page) => page.locator(`${EDITOR} .view-line`).allInnerTexts()
  .then((lines) => lines.map((line) => line.replaceAll('\u00a0', ' ')));

/** Runs a command as a user does, by its name. */
async function fromPalette(page, name) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().waitFor();
  await page.keyboard.type(name);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
  await page.keyboard.press('Enter');
}

/** Ticks and applies the changes of a refactor preview, where one opens before `gone` is gone. Whether one did. */
async function confirmIfAsked(page, gone) {
  const box = page.locator('.bulk-edit-panel input[type=checkbox], .bulk-edit-panel .monaco-checkbox').first();
  const done = gone.waitFor({ state: 'detached' }).then(() => false);
  const asked = await Promise.race([done, box.waitFor().then(() => true, () => false)]);
  if (!asked) return false;
  await box.click();
  await page.locator('.bulk-edit-panel').getByRole('button', { name: 'Apply' }).click();
  await done;
  return true;
}

async function typing(page, plan, step) {
  await step('the file opens', async () => {
    await page.locator('.explorer-folders-view .monaco-list-row', { hasText: plan.file }).dblclick();
    await page.locator(`${EDITOR} .view-line`).first().waitFor();
  });

  await step('a finding is underlined', async () => {
    const squiggles = page.locator(`${EDITOR} :is(.squiggly-error, .squiggly-warning, .squiggly-info)`);
    await squiggles.first().waitFor();
    return squiggles.count();
  });

  await step('the status bar names the engine', async () => {
    const entry = page.locator('.statusbar-item', { hasText: 'kibitz: ' });
    await entry.waitFor();
    return entry.innerText();
  });

  await step('ghost text appears while typing', async () => {
    await page.locator(`${EDITOR} .view-lines`).first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(plan.typed, { delay: 40 });
    const ghost = page.locator(`${EDITOR} :is(.ghost-text, .ghost-text-decoration, .ghost-text-decoration-preview)`);
    await ghost.first().waitFor();
    await page.screenshot({ path: join(plan.shots, 'code-oss-ghost-text.png') });
    return (await ghost.allInnerTexts()).join('').replaceAll('\u00a0', ' ');
  });

  await step('Tab accepts it', async () => {
    const before = (await linesOf(page)).join('\n');
    await page.keyboard.press('Tab');
    await page.locator(`${EDITOR} .ghost-text-decoration`).first().waitFor({ state: 'detached' });
    const after = await linesOf(page);
    if (after.join('\n') === before && !before.includes(plan.typed)) throw new Error('nothing was inserted');
    return after.slice(-6);
  });

  await step('a quick fix from the light bulb changes the file', async () => {
    const unused = page.locator(`${EDITOR} .view-line`, { hasText: plan.fixableLine });
    await unused.click();
    await page.keyboard.press('End');
    await page.keyboard.press('Control+Period');
    const fix = page.locator('.action-widget .monaco-list-row.focused', { hasText: plan.fixTitle });
    await fix.waitFor();
    await page.screenshot({ path: join(plan.shots, 'code-oss-quick-fix.png') });
    const shown = await fix.innerText();
    await page.keyboard.press('Enter');
    const asked = await confirmIfAsked(page, unused);
    await unused.waitFor({ state: 'detached' });
    return `${shown}, ${asked ? 'after a preview' : 'at once'}`;
  });

  await step('Explain from the palette opens an answer', async () => {
    await fromPalette(page, 'kibitz: Explain');
    await page.locator('.tab', { hasText: 'Explanation' }).waitFor();
    await page.screenshot({ path: join(plan.shots, 'code-oss-explanation.png') });
  });
}

async function missing(page, plan, step) {
  await step('one message says how to get the server', async () => {
    const message = page.locator('.notification-toast', { hasText: 'kibitz' });
    await message.waitFor();
    await page.screenshot({ path: join(plan.shots, 'code-oss-missing.png') });
    if ((await message.count()) !== 1) throw new Error(`${await message.count()} messages`);
    const text = await message.innerText();
    if (!text.includes('pip install kibitz')) throw new Error(text);
    return text;
  });

  await step('its button opens the setting', async () => {
    await page.locator('.notification-toast').getByRole('button', { name: 'Open Setting' }).click();
    await page.locator('.settings-editor .setting-item-label', { hasText: 'Path' }).first().waitFor();
  });
}

async function untrusted(page, plan, step) {
  await step('the window is restricted and the built-in engine answers', async () => {
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
    const entry = page.locator('.statusbar-item', { hasText: 'kibitz: ' });
    await entry.waitFor();
    return entry.innerText();
  });

  await step('the server knows', async () => {
    await fromPalette(page, 'kibitz: Status');
    await page.locator('.view-line', { hasText: '"trusted": false' }).waitFor();
    await page.screenshot({ path: join(plan.shots, 'code-oss-untrusted.png') });
  });

  await step('trust is passed on when it is given', async () => {
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).click();
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'detached' });
    await fromPalette(page, 'kibitz: Status');
    await page.locator('.view-line', { hasText: '"trusted": true' }).waitFor();
  });
}

const scenarios = { typing, missing, untrusted };

/** Plays one scenario and reports each step that came to its end. */
export async function play(page, plan, emit) {
  await scenarios[plan.scenario](page, plan, async (name, run) => {
    const start = Date.now();
    const shown = await run();
    emit('passed', { name, ms: Date.now() - start, shown });
  });
}
