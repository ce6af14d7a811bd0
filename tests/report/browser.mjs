// The report in a real browser, headless and without a network: node browser.mjs REPORT.html [REPORT2.html ...]
// Checks that the page draws itself without an error, that the sections stand that the data calls for, that nothing is asked
// of a network, and that it fits a phone. Exits 77 (skipped) when there is no chromium.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0);
if (!browser) {
  console.log('skipped: no chromium on this machine, the report was not looked at');
  process.exit(77);
}

let failed = 0;
function check(truth, what) {
  console.log(`${truth ? 'ok' : 'NOT OK'}: ${what}`);
  failed += !truth;
}

function visit(file, ...options) {
  const profile = mkdtempSync(join(tmpdir(), 'tumen-browser-'));
  const seen = spawnSync(browser, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--no-first-run',
    '--disable-component-update', '--host-resolver-rules=MAP * ~NOTFOUND', '--enable-logging=stderr', '--hide-scrollbars', '--virtual-time-budget=5000',
    `--user-data-dir=${profile}`, ...options, pathToFileURL(resolve(file)).href], { encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120000 });
  rmSync(profile, { recursive: true, force: true });
  return { dom: seen.stdout ?? '', console: (seen.stderr ?? '').split('\n').filter((line) => /CONSOLE/.test(line)), status: seen.status };
}

const attribute = (dom, name) => dom.match(new RegExp(`<html[^>]* ${name}="([^"]*)"`))?.[1];
const count = (dom, pattern) => (dom.match(pattern) ?? []).length;

for (const file of process.argv.slice(2)) {
  console.log(`# ${file}`);
  const data = JSON.parse(readFileSync(file, 'utf8').match(/<script id="data" type="application\/json">(.*?)<\/script>/s)[1]);
  const { dom, console: messages } = visit(file, '--window-size=1200,2000', '--dump-dom');
  check(attribute(dom, 'data-state') === 'ready', 'the page drew itself to its end');
  check(attribute(dom, 'data-errors') === undefined && messages.length === 0, `no error in the console ${messages.join(' ')}`);
  const wanted = {
    arrivals: data.outcomes.some((one) => one.name === 'arrivals' && one.to.length), map: Boolean(data.map), figures: data.figures.length > 0,
    fit: data.scores.length > 0, limits: true, systems: data.systems.length > 0, parameters: data.parameters.length > 0, repeat: true,
    stocks: data.outcomes.some((one) => one.kind === 'stock' && one.to.length > 1), composition: data.shares.length > 0,
  };
  for (const [id, there] of Object.entries(wanted)) if (there) check(dom.includes(`<section id="${id}">`), `section ${id}`);
  if (!data.map) check(!dom.includes('<section id="map">'), 'no map section without a map');
  check(dom.includes('All persons are synthetic'), 'says that all persons are synthetic');
  check(count(dom, /[Ii]n this model/g) >= 2, 'says "in this model"');
  check(dom.includes(data.run.digest) && dom.includes(`seed ${data.run.seed}`), 'digest and seed');
  check(count(dom, /<canvas/g) > 0, 'charts are drawn');
  check(count(dom, /class="province/g) === (data.map ? data.map.geojson.features.length : 0), 'one shape per province');
  check(count(dom, /data-text=/g) === data.parameters.length, 'every parameter has its row');
  check(count(dom, /<input|<select|<summary/g) > 0 && !/tabindex="[1-9]/.test(dom), 'controls are native and in the order of the page');
  check(!/<(img|link|iframe)\b|\bsrc=|@import|url\(\s*["']?http/.test(dom), 'nothing is loaded from anywhere');
  const thin = data.outcomes.some((one) => one.kind !== 'feedback' && one.persons?.some((persons) => persons > 0 && persons < 100));
  if (thin) check(dom.includes('class="thin"'), 'thin numbers are marked');
  if (data.outcomes.some((one) => one.by.some((margin) => margin.place && margin.values.flat().includes(null)))) check(dom.includes('masked'), 'masked cells are told');

  // A phone: a frame of 390 px around the page, read back as text by the page itself is not possible offline; a picture is.
  const picture = join(mkdtempSync(join(tmpdir(), 'tumen-picture-')), 'phone.png');
  visit(file, '--window-size=500,1400', `--screenshot=${picture}`);
  check(existsSync(picture) && statSync(picture).size > 20000, 'a picture at the width of a phone is not blank');
  rmSync(picture, { force: true });
}
process.exit(failed ? 1 : 0);
