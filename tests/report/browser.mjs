// The report in a real browser, headless and without a network: node browser.mjs REPORT.html [REPORT2.html ...]
// Checks that the page draws itself without an error, that the sections stand that the data calls for, that nothing is asked
// of a network, that the controls work from the keyboard, and that it fits a phone and paper. The browser is driven through a
// pipe (the DevTools protocol), so no port is opened. Exits 77 (skipped) when there is no chromium. With TUMEN_PICTURES set to
// a folder, pictures of every page stay there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
if (!program) {
  console.log('skipped: no chromium on this machine, the report was not looked at');
  process.exit(77);
}

let failed = 0;
function check(truth, what) {
  console.log(`${truth ? 'ok' : 'NOT OK'}: ${what}`);
  failed += !truth;
}

/** A browser behind a pipe: fd 3 takes commands, fd 4 gives answers and events, each ended by a zero byte. */
function launch() {
  const profile = mkdtempSync(join(tmpdir(), 'tumen-browser-'));
  const child = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run',
    '--disable-component-update', '--host-resolver-rules=MAP * ~NOTFOUND', '--hide-scrollbars', '--remote-debugging-pipe', `--user-data-dir=${profile}`],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const waiting = new Map(), events = [];
  let last = 0, rest = '';
  child.stdio[4].setEncoding('utf8').on('data', (text) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop();
    for (const message of parts.map((part) => JSON.parse(part))) {
      if (!message.id) { events.push(message); continue; }
      const { done, fail } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) fail(new Error(message.error.message)); else done(message.result);
    }
  });
  child.on('exit', () => { for (const { fail } of waiting.values()) fail(new Error('the browser ended')); });
  const send = (method, params = {}, sessionId = undefined) => new Promise((done, fail) => {
    waiting.set(++last, { done, fail });
    child.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });
  const close = async () => {
    const ended = new Promise((done) => child.on('exit', done));
    await send('Browser.close').catch(() => {});
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { send, events, close };
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Opens a page of a width; call(command, params) speaks to it, ask(expression) evaluates in it. */
async function open(browser, file, width, height) {
  const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
  const call = (method, params) => browser.send(method, params, sessionId);
  const ask = async (expression) => {
    const answer = await call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text);
    return answer.result.value;
  };
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
  await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  await call('Page.navigate', { url: pathToFileURL(resolve(file)).href });
  for (let i = 0; i < 600 && !(await ask('document.documentElement?.dataset.state && document.querySelectorAll(".chart canvas").length === document.querySelectorAll(".chart").length')); i++) await pause(50);
  const events = () => browser.events.filter((event) => event.sessionId === sessionId);
  return { call, ask, events, close: () => browser.send('Target.closeTarget', { targetId }) };
}

async function press(page, key, code) {
  for (const type of ['keyDown', 'keyUp']) await page.call('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code });
}

async function picture(page, name) {
  const { width, height } = (await page.call('Page.getLayoutMetrics')).cssContentSize;
  const { data } = await page.call('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true, clip: { x: 0, y: 0, width, height: Math.min(height, 16000), scale: 1 } });
  const bytes = Buffer.from(data, 'base64');
  if (process.env.TUMEN_PICTURES) writeFileSync(join(process.env.TUMEN_PICTURES, `${name}.png`), bytes);
  return bytes.length;
}

/** What the data calls for must stand on the page. */
function checkSections(dom, data) {
  const wanted = {
    arrivals: data.outcomes.some((one) => one.name === 'arrivals' && one.to.length), map: Boolean(data.map), figures: data.figures.some((one) => one.claim || one.stated),
    reality: data.figures.some((one) => (one.low ?? null) !== null) || data.observations.some((one) => one.rows.some((row) => row.within)) || data.shares.some((row) => row.within),
    fit: data.scores.length > 0, limits: true, systems: data.systems.length > 0, parameters: data.parameters.length > 0, repeat: true,
    stocks: data.outcomes.some((one) => one.kind === 'stock' && one.to.length > 1), composition: data.shares.length > 0,
  };
  for (const [id, there] of Object.entries(wanted)) check(there === dom.includes(`<section id="${id}">`) || (!there && id === 'composition'), `section ${id} ${there ? 'stands' : 'is left out'}`);
  const count = (pattern) => (dom.match(pattern) ?? []).length;
  check(dom.includes('All persons are synthetic'), 'says that all persons are synthetic');
  check(count(/[Ii]n this model/g) >= 2, 'says "in this model"');
  check(dom.includes(data.run.digest) && dom.includes(`seed ${data.run.seed}`), 'digest and seed');
  check(count(/class="province/g) === (data.map ? data.map.geojson.features.length : 0), 'one shape per province');
  check(count(/data-text=/g) === data.parameters.length, 'every parameter has its row');
  const thin = data.outcomes.some((one) => one.kind !== 'feedback' && one.persons?.some((persons) => persons > 0 && persons < 100));
  if (thin) check(dom.includes('class="thin"'), 'thin numbers are marked');
  const placed = data.outcomes.filter((one) => one.name !== 'arrivals' && one.to.length > 1 && one.by[0]?.place && one.by[0].levels.length <= 6);
  if (!data.map && placed.length) check(placed.every((one) => dom.includes(` by ${one.by[0].key}"`)), 'without a map, places have lines of their own');
  if (data.map && data.outcomes.some((one) => one.by.some((margin) => margin.place && margin.values.flat().includes(null)))) check(dom.includes('masked'), 'masked cells are told');
}

/** Controls, worked as a person without a mouse does. */
async function checkControls(page, data) {
  if (data.parameters.length) {
    await page.ask('document.getElementById("filter").focus()');
    await page.call('Input.insertText', { text: 'no such parameter' });
    check(await page.ask('[...document.querySelectorAll("[data-text]")].every((row) => row.hidden)'), 'the filter of parameters filters');
  }
  if (data.map) {
    const year = () => page.ask('document.querySelector("output.year").textContent');
    const before = await year();
    await page.ask('document.getElementById("map-year").focus()');
    await press(page, 'ArrowLeft', 37);
    check(Number(await year()) === Number(before) - 1, `an arrow key turns the year (${before} to ${await year()})`);
    const fill = () => page.ask('[...document.querySelectorAll(".province")].map((one) => one.getAttribute("fill")).join()');
    const colors = await fill();
    await press(page, 'Home', 36);
    check((await fill()) !== colors, 'and the map with it');
  }
  let told = false;
  for (let tries = 0; tries < 100 && !told; tries++) { // a busy machine takes its time, and what stands above may still grow
    const box = await page.ask('((over) => { over.scrollIntoView({ behavior: "instant" }); const { left, top, width } = over.getBoundingClientRect(); return { left, top, width }; })(document.querySelector(".u-over"))');
    for (const x of [0.3, 0.5]) await page.call('Input.dispatchMouseEvent', { type: 'mouseMoved', x: box.left + box.width * x, y: box.top + 20 });
    await pause(200);
    told = await page.ask('/\\d/.test(document.querySelector(".legend").textContent)');
  }
  check(told, 'a chart tells its values under the pointer');
  check(await page.ask('![...document.querySelectorAll("[tabindex]")].some((one) => one.tabIndex > 0)'), 'controls come in the order of the page');
}

const browser = launch();
for (const file of process.argv.slice(2)) {
  console.log(`# ${basename(file)}`);
  const name = basename(file, '.html');
  const data = JSON.parse(readFileSync(file, 'utf8').match(/<script id="data" type="application\/json">(.*?)<\/script>/s)[1]);
  const wide = await open(browser, file, 1200, 1600);
  check((await wide.ask('document.documentElement.dataset.state')) === 'ready', 'the page drew itself to its end');
  checkSections(await wide.ask('document.documentElement.outerHTML'), data);
  check(await wide.ask('document.querySelectorAll(".chart").length > 0 && [...document.querySelectorAll(".chart")].every((one) => one.querySelector("canvas"))'), 'every chart is drawn');
  const keys = [...new Set(data.outcomes.flatMap((outcome) => outcome.by.map(({ key }) => key.replace(/_/g, ' ').toLowerCase())))];
  check(await wide.ask(`[...document.querySelectorAll('#stocks figure, #flows figure')].every((one) => one.querySelector('.legend').textContent.startsWith('Simulated') || ${JSON.stringify(keys)}.some((key) => one.querySelector('figcaption').textContent.toLowerCase().includes(key)))`),
    'a chart of several lines says by what they differ');
  check((await picture(wide, `${name}-wide`)) > 30000, 'a picture of it is not blank');
  await checkControls(wide, data);
  await wide.call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
  check((await wide.ask('getComputedStyle(document.body).backgroundColor')) !== 'rgb(252, 251, 248)', 'dark where the reader wants dark');
  await picture(wide, `${name}-dark`);
  const paper = await wide.call('Page.printToPDF', { printBackground: true });
  check(paper.data.length > 20000, 'it prints');
  const phone = await open(browser, file, 390, 844);
  check((await phone.ask('document.documentElement.scrollWidth')) <= 390, `nothing is wider than a phone (${await phone.ask('document.documentElement.scrollWidth')} px)`);
  await picture(phone, `${name}-phone`);
  for (const page of [wide, phone]) {
    const wrong = page.events().filter((event) => event.method === 'Runtime.exceptionThrown' || (event.method === 'Log.entryAdded' && event.params.entry.level === 'error')
      || (event.method === 'Runtime.consoleAPICalled' && event.params.type === 'error'));
    check(wrong.length === 0, `no error in the console ${wrong.map((event) => JSON.stringify(event.params)).join(' ').slice(0, 300)}`);
    const asked = page.events().filter((event) => event.method === 'Network.requestWillBeSent').map((event) => event.params.request.url).filter((url) => !url.startsWith('data:'));
    check(asked.every((url) => url === pathToFileURL(resolve(file)).href), `nothing but the file itself is asked for ${asked.slice(1).join(' ')}`);
    await page.close();
  }
}
await browser.close();
process.exit(failed ? 1 : 0);
