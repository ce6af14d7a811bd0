// Sections that draw outcomes over years: arrivals beside what was observed, stocks, other outcomes, and the time line.
import { chart, timeline } from './chart.js';
import { h, number, percent, table, more, thinMark, titleOf, titled, placeName, words, years, yearOf, yearAfter, calendarYear } from './dom.js';

const COLORS = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6'];
const isFlow = (outcome) => outcome.kind === 'flow' || outcome.kind === 'firings';
/** Where a period stands on the axis: flows in its middle, stocks at its end. */
const place = (outcome, from, to) => (isFlow(outcome) ? (yearOf(from) + yearAfter(to)) / 2 : yearAfter(to));
export const domainOf = (data) => [calendarYear(data.scenario.start), calendarYear(data.scenario.end) + 1];

/** The first year that no fit of this outcome has seen, or null when nothing is fitted or everything is. */
function unfittedFrom(data, outcome) {
  const seen = data.observations.filter((one) => one.outcome === outcome.name && one.rows.some((row) => row.fitted) && one.rows.some((row) => !row.fitted));
  return seen.length ? Math.min(...seen.map((one) => yearAfter(one.fit_until))) : null;
}

/** Observed rows as dots (up to a year) and spans (several years, at their yearly mean when they are flows). */
function observedMarks(outcome, rows, colorName) {
  const dots = { x: [], y: [] }, spans = [];
  for (const row of rows) {
    const length = yearAfter(row.to) - yearOf(row.from);
    if (!isFlow(outcome) || length < 1.01) { dots.x.push(place(outcome, row.from, row.to)); dots.y.push(row.observed); }
    else spans.push({ from: yearOf(row.from), to: yearAfter(row.to), value: row.observed / Math.max(1, Math.round(length)), color: colorName });
  }
  return { dots, spans };
}

/** A flow told for every window is drawn by year: single windows are mostly noise. */
function byYear(outcome) {
  if (outcome.every !== 'window' || !isFlow(outcome)) return outcome;
  const all = [...new Set(outcome.from.map(calendarYear))];
  const sum = (column) => all.map((year) => column.reduce((total, value, i) => total + (calendarYear(outcome.from[i]) === year ? value : 0), 0));
  return { ...outcome, every: 'year', by: [], from: all.map((year) => `${year}-01-01`), to: all.map((year) => `${year}-12-31`), total: sum(outcome.total), persons: sum(outcome.persons) };
}

const simulatedLine = (outcome, values, label, color) => ({ label, color, x: outcome.to.map((to, i) => place(outcome, outcome.from[i], to)), y: values });

/** All cells of an outcome together, with what was observed of it. */
function totalChart(data, outcome, height) {
  const names = data.observations.filter((one) => one.outcome === outcome.name).map((one) => one.name);
  // One observation is drawn, the first with a row per year: cumulative tables of the same outcome would lie about the level.
  const name = names.find((one) => data.totals.some((row) => row.observation === one && row.years < 1.01)) ?? (isFlow(outcome) ? undefined : names[0]);
  const { dots, spans } = observedMarks(outcome, data.totals.filter((row) => row.observation === name), '--observed');
  const lines = [simulatedLine(outcome, outcome.total, 'Simulated', '--c1')];
  if (dots.x.length || spans.length) lines.push({ label: 'Observed', color: '--observed', dots: true, ...dots });
  return chart(`${titleOf(outcome)}: simulated${dots.x.length ? ' and observed' : ''} by year; the table below has the numbers`,
    { lines, spans, unfittedFrom: unfittedFrom(data, outcome), domain: domainOf(data), height });
}

/** One key of an outcome: a line per level, dots where that level was observed alone. */
function keyChart(data, outcome, margin, height) {
  const observed = data.observations.filter((one) => one.outcome === outcome.name).flatMap((one) => one.rows)
    .filter((row) => Object.keys(row.cell).length === 1 && row.cell[margin.key] !== undefined);
  const lines = [], spans = [];
  let drawn = 0;
  margin.levels.forEach((level, i) => {
    const column = margin.values.map((row) => row[i]);
    if (!column.some((value) => value)) return;
    const color = COLORS[drawn++ % COLORS.length];
    lines.push(simulatedLine(outcome, column, words(level), color));
    const marks = observedMarks(outcome, observed.filter((row) => row.cell[margin.key] === level), color);
    if (marks.dots.x.length) lines.push({ label: `${words(level)}, observed`, color, dots: true, ...marks.dots });
    spans.push(...marks.spans);
  });
  if (!lines.length) return null;
  return chart(`${titleOf(outcome)} by ${margin.key}`, { lines, spans, unfittedFrom: unfittedFrom(data, outcome), domain: domainOf(data), height });
}

/** Few enough levels for lines of their own; places stand on the map where there is one. */
const drawable = (data) => (margin) => !(margin.place && data.map) && margin.levels.filter((_, i) => margin.values.some((row) => row[i])).length <= COLORS.length;

function yearTable(data, outcome) {
  const rows = data.totals.filter((row) => data.observations.find((one) => one.name === row.observation).outcome === outcome.name);
  if (rows.length)
    return table(`${titleOf(outcome)}, observed and simulated`, [['Years'], ['Observed', 'num'], ['Simulated', 'num'], ['Ratio', 'num'], ['Fitted']],
      rows.map((row) => [years(row.from, row.to), number(row.observed), number(row.simulated), row.observed > 0 ? (row.simulated / row.observed).toFixed(2) : '–', row.fitted ? 'yes' : 'no']));
  if (outcome.every === 'window') return null;
  return table(titleOf(outcome), [['Years'], ['Simulated', 'num'], ['']],
    outcome.to.map((to, i) => [years(outcome.from[i], to), number(outcome.total[i]), thinMark(outcome.persons?.[i] < 100)]));
}

export function arrivalsSection(data) {
  const outcome = data.outcomes.find((one) => one.name === 'arrivals') ?? data.outcomes.find((one) => data.observations.some((seen) => seen.outcome === one.name));
  if (!outcome || !outcome.to.length || !outcome.total) return null;
  const observed = data.observations.some((one) => one.outcome === outcome.name);
  const margins = outcome.by.filter(drawable(data));
  const marked = data.drivers.filter((driver) => driver.changes?.length > 1);
  const nameOf = (driver) => words(driver.name);
  return h('section', { id: 'arrivals' },
    h('h2', {}, titleOf(outcome)),
    h('p', {}, observed ? ['In this model (line) and as published (dots; bars where several years were published together). ',
      unfittedFrom(data, outcome) !== null && 'Shaded years were not used to fit the model: there it stands or falls by itself. '] : 'In this model; nothing was observed to set beside it. ',
    'One run with one seed: no interval is shown.'),
    totalChart(data, outcome, 300),
    marked.length ? [timeline(marked, domainOf(data), nameOf),
      more(`The time line in words: ${marked.length} drivers`, h('ul', { class: 'marks' }, marked.map((driver) => h('li', {}, h('b', {}, nameOf(driver)), ': ',
        (driver.marks.length ? driver.marks.map((mark) => `${mark.from} ${mark.label}`) : driver.changes.map(([date, value]) => `${date} ${number(value)}`)).join('; ')))))] : null,
    margins.map((margin) => h('figure', {}, h('figcaption', {}, `By ${margin.key.replace(/_/g, ' ')}`), keyChart(data, outcome, margin, 240))),
    more('The numbers', yearTable(data, outcome)));
}

function smallSection(data, id, title, text, outcomes) {
  const shown = outcomes.filter((outcome) => outcome.to.length > 1).map(byYear);
  if (!shown.length) return null;
  return h('section', { id }, h('h2', {}, title), h('p', {}, text),
    h('div', { class: 'grid' }, shown.map((outcome) => {
      const margin = outcome.by.find(drawable(data)) ?? (outcome.total ? null : outcome.by[0]);
      const parts = margin && keyChart(data, outcome, margin, 170);
      const thin = outcome.persons?.some((persons) => persons > 0 && persons < 100);
      return h('figure', {}, h('figcaption', {}, parts ? titled(outcome, margin.key) : titleOf(outcome), ' ', thinMark(thin)), parts || (outcome.total && totalChart(data, outcome, 170)));
    })),
    more('The numbers', shown.filter((outcome) => outcome.total && outcome.every !== 'window').map((outcome) => yearTable(data, outcome))));
}

export function outcomeSections(data) {
  const first = data.outcomes.find((one) => one.name === 'arrivals');
  const of = (kinds) => data.outcomes.filter((one) => kinds.includes(one.kind) && one !== first);
  return [
    smallSection(data, 'stocks', 'Stocks', 'In this model, how many persons were in each state at the end of each period.', of(['stock'])),
    smallSection(data, 'flows', 'Flows', 'In this model, how many times each thing happened in a period.', of(['flow', 'firings'])),
    smallSection(data, 'feedback', 'What pushes back', 'Variables that the model moves by itself: they answer what people do, and shape what they do next.', of(['feedback'])),
  ];
}

/** Shares: bars for the longest period observed, or for the last one simulated, with what was observed as a tick. */
function shareBars(title, rows, places, thin) {
  const top = Math.max(...rows.map((row) => Math.max(row.simulated ?? 0, row.observed ?? 0)));
  return h('figure', { class: 'shares' }, h('figcaption', {}, title, ' ', thinMark(thin)),
    h('table', {}, h('caption', { class: 'hidden' }, title), h('thead', { class: 'hidden' }, h('tr', {}, ['Level', 'Bar', 'Share'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, places ? placeName(row.level) : words(row.level)),
        h('td', { class: 'bar' }, h('i', { style: `width:${(100 * (row.simulated ?? 0)) / top}%` }), row.observed !== null && h('b', { style: `left:${(100 * row.observed) / top}%`, title: `observed ${percent(row.observed)}` })),
        h('td', { class: 'num' }, percent(row.simulated), row.observed !== null && h('small', {}, ` observed ${percent(row.observed)}`)))))));
}

const isPlace = (outcome, key) => outcome.by.some((margin) => margin.key === key && margin.place);

/** The period that holds all others (a cumulative table), or, of rows side by side, all of them. */
function wholePeriod(rows) {
  const from = rows.map((row) => row.from).sort()[0], to = rows.map((row) => row.to).sort().pop();
  return { from, to, one: rows.some((row) => row.from === from && row.to === to) };
}

function addShares(rows, period) {
  const used = rows.filter((row) => !period.one || (row.from === period.from && row.to === period.to));
  const sum = (list, name) => list.reduce((all, row) => all + row[name], 0);
  return [...new Set(used.map((row) => row.level))].map((level) => {
    const mine = used.filter((row) => row.level === level);
    return { level, simulated: sum(used, 'simulated_count') > 0 ? sum(mine, 'simulated_count') / sum(used, 'simulated_count') : null, observed: sum(mine, 'observed_count') / sum(used, 'observed_count') };
  }).sort((a, b) => b.observed - a.observed);
}

export function compositionSection(data) {
  const parts = [], told = new Set();
  const groups = new Map();
  for (const row of data.shares) {
    const name = `${row.observation}\n${row.key}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  for (const [name, rows] of groups) {
    const [observation, key] = name.split('\n');
    const outcome = data.outcomes.find((one) => one.name === data.observations.find((seen) => seen.name === observation).outcome);
    told.add(`${outcome.name}\n${key}`);
    const period = wholePeriod(rows);
    parts.push(shareBars(`${titled(outcome, key)}, ${years(period.from, period.to)}`, addShares(rows, period), isPlace(outcome, key), rows.every((row) => row.thin)));
    const female = rows.some((row) => row.level === 'female') ? 'female' : null;
    const single = rows.filter((row) => row.level === female);
    if (female && single.length > 3) {
      const x = single.map((row) => (yearOf(row.from) + yearAfter(row.to)) / 2);
      parts.push(h('figure', {}, h('figcaption', {}, `Share of women: ${titleOf(outcome)}`),
        chart('Share of women, simulated and observed', { domain: domainOf(data), height: 200, format: percent, unfittedFrom: unfittedFrom(data, outcome), lines: [
          { label: 'Simulated', color: '--c1', x, y: single.map((row) => row.simulated) },
          { label: 'Observed', color: '--observed', dots: true, x, y: single.map((row) => row.observed) }] })));
    }
  }
  // What was simulated but never observed, as it stands at the end; places have the map.
  for (const outcome of data.outcomes.filter((one) => one.kind !== 'feedback' && one.to.length && (one.name === 'arrivals' || one.kind === 'stock')))
    for (const margin of outcome.by) {
      const last = margin.values.length - 1, all = outcome.total[last];
      if (margin.place || told.has(`${outcome.name}\n${margin.key}`) || margin.levels.length > 24 || !(all > 0)) continue;
      const rows = margin.levels.map((level, i) => ({ level, simulated: margin.values[last][i] / all, observed: null })).filter((row) => row.simulated > 0);
      if (rows.length > 1) parts.push(shareBars(`${titled(outcome, margin.key)}, end of ${years(outcome.to[last], outcome.to[last])}`, rows, false, outcome.persons[last] < 100));
    }
  if (!parts.length) return null;
  return h('section', { id: 'composition' }, h('h2', {}, 'Who they are'), h('p', {}, 'In this model (bars), and as published (ticks) where it was.'), h('div', { class: 'grid' }, parts));
}
