// The page of the report: reads the block of data and writes the sections that it has something to say for.
import { h, number, plural, calendarYear } from './dom.js';
import { redrawAll } from './chart.js';
import { mapSection } from './map.js';
import { arrivalsSection, outcomeSections, compositionSection } from './series.js';
import { figuresSection, realitySection, fitSection, wrongSection, parametersSection, systemsSection, profileSection, runSection, evidenceSection, footnotes } from './tables.js';

function head(data) {
  const arrivals = data.outcomes.find((one) => one.name === 'arrivals');
  const observed = arrivals && data.totals.filter((row) => data.observations.find((one) => one.name === row.observation).outcome === 'arrivals'
    && row.observation === data.observations.find((one) => one.outcome === 'arrivals').name);
  const sum = (name) => observed.reduce((all, row) => all + row[name], 0);
  const tiles = [
    [number(Math.round(data.run.persons * data.run.weight)), `persons at the start, ${data.run.scale === 1 ? 'one by one' : `one in ${number(1 / data.run.scale)} simulated`}`],
    arrivals?.total && [number(arrivals.total.reduce((a, b) => a + b, 0)), `arrivals in this model, ${calendarYear(data.scenario.start)} to ${calendarYear(data.run.until)}`],
    observed?.length && [`${number(Math.round((100 * sum('simulated')) / sum('observed')))} %`, 'of the arrivals observed in the same years'],
    [`${calendarYear(data.scenario.start)}–${calendarYear(data.run.until)}`, `${plural(data.run.windows, 'window')} of ${number(data.scenario.window_days)} days`],
  ].filter(Boolean);
  return h('header', {},
    h('p', { class: 'brand' }, 'tumen', h('span', {}, ' · a country in a file')),
    h('h1', {}, data.scenario.title || data.scenario.name),
    data.scenario.purpose && h('p', { class: 'lead' }, data.scenario.purpose),
    h('p', { class: 'synthetic' }, 'All persons are synthetic: no real person is in this model. Every number is a result of its rules, its data and its assumptions, not a fact about the world.'),
    !data.run.complete && h('p', { class: 'warning' }, `This run was stopped after ${number(data.run.windows)} of ${number(data.run.windows_total)} windows.`),
    h('dl', { class: 'tiles' }, tiles.map(([value, text]) => h('div', {}, h('dd', {}, value), h('dt', {}, text)))));
}

function build(data) {
  const notes = footnotes(data);
  const [stocks, flows, feedback] = outcomeSections(data);
  const sections = [
    arrivalsSection(data), stocks, mapSection(data), compositionSection(data), flows, feedback,
    figuresSection(data), realitySection(data), fitSection(data), wrongSection(data), systemsSection(data), parametersSection(data, notes), evidenceSection(data, notes), profileSection(data), runSection(data),
  ].filter(Boolean);
  const nav = h('nav', { 'aria-label': 'Sections' }, sections.map((section) => h('a', { href: `#${section.id}` }, section.querySelector('h2').textContent)));
  document.title = `${data.scenario.title || data.scenario.name} – tumen`;
  document.getElementById('page').append(head(data), nav, h('main', {}, sections),
    h('footer', {}, 'Thin: rests on fewer than 100 simulated persons. Masked: fewer than 10 persons in a place. Made by tumen ', data.run.version, '; works without a network.'));
}

function theme(light) {
  document.documentElement.classList.toggle('light', light);
  redrawAll();
}

window.addEventListener('error', (event) => { document.documentElement.dataset.errors = `${document.documentElement.dataset.errors ?? ''}${event.message}\n`; });
try {
  build(JSON.parse(document.getElementById('data').textContent));
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  window.addEventListener('beforeprint', () => theme(true));
  window.addEventListener('afterprint', () => theme(false));
  document.documentElement.dataset.state = 'ready';
} catch (error) {
  document.documentElement.dataset.state = 'failed';
  document.getElementById('page').append(h('p', { class: 'warning' }, `This report could not be drawn: ${error.message}`));
  throw error;
}
