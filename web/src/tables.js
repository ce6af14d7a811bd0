// Sections that are mostly words: figures, fit, what is wrong, what is assumed, parameters, subsystems, how to repeat the run.
import { h, number, percent, plural, table, more, thinMark, titleOf, words, years, linked, speaks } from './dom.js';

const factor = (logError) => (logError === null ? '–' : `× ${logError < Math.log(100) ? Math.exp(logError).toFixed(2) : number(Math.exp(logError))}`);
const observationTitle = (data, name) => {
  const observation = data.observations.find((one) => one.name === name);
  const outcome = data.outcomes.find((one) => one.name === observation.outcome);
  return !speaks(data, name) ? `${titleOf(outcome)} (${name.replace(/_/g, ' ')})` : titleOf(outcome);
};

export function figuresSection(data) {
  const stated = data.figures.filter((figure) => figure.claim || figure.stated);
  if (!stated.length) return null;
  return h('section', { id: 'figures' }, h('h2', {}, 'The documents’ own figures'),
    h('p', {}, 'What the documents state, what was observed, and what comes out in this model. An empty cell was not reached or not observed.'),
    table('Figures stated, observed and simulated', [['Figure'], ['Years'], ['Stated', 'num'], ['Observed', 'num'], ['Simulated', 'num']],
      stated.map((figure) => [[figure.text, ' ', figure.claim && h('small', { title: data.evidence[figure.claim]?.text }, figure.claim)],
        [years(figure.from, figure.to), figure.per_year && h('small', {}, ' a year')], figure.stated ?? '–', figure.observed ?? '–',
        [figure.masked ? 'masked' : number(figure.simulated), ' ', thinMark(figure.thin && figure.simulated !== null)]])));
}

const verdict = (within) => (within === 'outside' ? h('b', {}, 'outside') : within || '–');
const range = (row) => (row.low === null ? '–' : `${number(row.low)} to ${number(row.high)}`);

/** Each observed row of a series with the range of its error model, those outside it too. */
function seriesRows(data, observation) {
  const rows = observation.error === 'share'
    ? data.shares.filter((row) => row.observation === observation.name && row.within).map((row) => ({ ...row, cell: { [row.key]: row.level }, low: null }))
    : observation.rows.filter((row) => row.within);
  if (!rows.length) return null;
  const count = (within) => rows.filter((row) => row.within === within).length;
  return more(`${observationTitle(data, observation.name)}: ${plural(rows.length, 'row')}, ${count('inside')} inside, ${count('outside')} outside, ${count('open')} open`,
    table(`${observationTitle(data, observation.name)}, row by row`, [['Years'], ['Of'], ['Observed', 'num'], ['Range', 'num'], ['Model', 'num'], ['']],
      rows.map((row) => [years(row.from, row.to), Object.values(row.cell).map(words).join(', '), number(row.observed), range(row), number(row.simulated),
        [verdict(row.within), !row.fitted && h('small', {}, ' not fitted')]])), h('p', {}, observation.source));
}

/** What was observed beside what comes out. */
export function realitySection(data) {
  const figures = data.figures.filter((figure) => (figure.low ?? null) !== null);
  const series = data.observations.map((observation) => seriesRows(data, observation)).filter(Boolean);
  if (!figures.length && !series.length) return null;
  return h('section', { id: 'reality' }, h('h2', {}, 'Beside what was observed'),
    h('p', {}, 'A number of this model is inside or outside the range in which what was observed may lie; it is open where chance among the persons simulated leaves it undecided. Failures are shown like the rest.'),
    figures.length ? table('Figures beside what was observed', [['Figure'], ['Years'], ['Observed'], ['Range', 'num'], ['Model', 'num'], ['']],
      figures.map((figure) => [[figure.text, ' ', h('small', {}, [figure.source, figure.grade, figure.note].filter(Boolean).join(' · '))], years(figure.from, figure.to), figure.observed ?? '–', range(figure),
        [figure.masked ? 'masked' : number(figure.simulated), figure.spread ? h('small', {}, ` ± ${number(figure.spread)}`) : null], verdict(figure.within)])) : null,
    series);
}

export function fitSection(data) {
  if (!data.scores.length && !data.share_scores.length) return null;
  const said = { fitted: 'fitted', unfitted: 'not fitted', all: 'all' };
  const best = (score) => Math.min(...[score.model, score.quadratic, score.logistic].filter((error) => error !== null));
  const cell = (score, name) => (score[name] !== null && score[name] === best(score) && score.quadratic !== null ? h('b', { title: 'the smallest error of the row' }, factor(score[name])) : factor(score[name]));
  const held = data.scores.find((score) => score.years === 'unfitted' && score.quadratic !== null && score.logistic !== null);
  return h('section', { id: 'fit' }, h('h2', {}, 'How well it fits'),
    held ? h('p', {}, `In this model, years that were not fitted (${held.year_from} to ${held.year_to}) are off by a factor of ${Math.exp(held.model).toFixed(2)} (${observationTitle(data, held.observation)}). `,
      `Curves that know no mechanism, fitted to the same years, are off by ${Math.exp(held.quadratic).toFixed(2)} (quadratic) and ${Math.exp(held.logistic).toFixed(2)} (logistic with a step). `,
      held.model > best(held) ? h('b', {}, 'A plain curve does better here.') : 'The model does better than both.')
      : h('p', {}, 'Typical error as a factor: × 1.10 is about 10 % too much or too little. Beside the model stand curves that know no mechanism.'),
    data.scores.length ? table('Root mean square log error, as a factor', [['Observed'], ['Years'], ['Rows', 'num'], ['Model', 'num'], ['Quadratic', 'num'], ['Logistic, step', 'num']],
      data.scores.filter((one) => speaks(data, one.observation)).map((score) => [observationTitle(data, score.observation), `${score.year_from}–${score.year_to}, ${said[score.years]}`, score.rows, cell(score, 'model'), cell(score, 'quadratic'), cell(score, 'logistic')])) : null,
    data.share_scores.length ? table('Errors of shares, in percentage points', [['Observed'], ['Share by'], ['Rows', 'num'], ['Typical', 'num'], ['Mean, years fitted to', 'num'], ['All years together, largest', 'num']],
      data.share_scores.filter((score) => score.rows).map((score) => [observationTitle(data, score.observation), score.key.replace(/_/g, ' '), score.rows, points(score.rms), points(score.fitted_mean),
        [points(score.cumulative, true), h('small', {}, ` ${words(score.cumulative_level)}`)]])) : null);
}
const points = (share, sign) => (share === null ? '–' : `${sign && share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`);

/** Every disagreement larger than what a reader would call close, worst first. */
export function misses(data) {
  const list = [];
  for (const row of data.totals.filter((one) => speaks(data, one.observation))) {
    const off = Math.abs(Math.log(Math.max(row.simulated, 0.5) / Math.max(row.observed, 0.5)));
    if (off > Math.log(1.5)) list.push([off, `${observationTitle(data, row.observation)} in ${years(row.from, row.to)}: ${number(row.simulated)} simulated, ${number(row.observed)} observed${row.fitted ? '' : ' (not fitted)'}`]);
  }
  for (const score of data.share_scores)
    if (Math.abs(score.cumulative) > 0.1) list.push([Math.abs(score.cumulative) * 5, `Share of ${words(score.cumulative_level)} in ${observationTitle(data, score.observation)}: off by ${points(score.cumulative, true)} points`]);
  for (const score of data.scores.filter((one) => speaks(data, one.observation)))
    if (score.years === 'unfitted' && [score.quadratic, score.logistic].some((error) => error !== null && error < score.model))
      list.push([3, `${observationTitle(data, score.observation)} in the years that were not fitted: a curve without a mechanism does better`]);
  return list.sort((a, b) => b[0] - a[0]).map(([, text]) => text);
}

export function wrongSection(data) {
  const wrong = misses(data), compared = data.totals.filter((one) => speaks(data, one.observation)).length + data.share_scores.length;
  const bases = [['parameters', data.parameters], ['rules', data.rules], ['drivers', data.drivers]].map(([name, list]) => [name, list, list.filter((one) => one.assumed)]).filter(([, list]) => list.length);
  const out = data.systems.filter((system) => system.state === 'out');
  return h('section', { id: 'limits' }, h('h2', {}, 'What it gets wrong, and what is assumed'),
    !compared ? h('p', {}, 'Nothing was observed to check this scenario against: its numbers show what follows from its rules, and no more.')
      : wrong.length ? [h('p', {}, `In this model, ${plural(wrong.length, 'comparison')} of ${number(compared)} disagree by more than half, by 10 percentage points, or lose to a plain curve. The worst:`), h('ul', {}, wrong.slice(0, 8).map((text) => h('li', {}, text))),
        wrong.length > 8 ? more(`The other ${wrong.length - 8}`, h('ul', {}, wrong.slice(8).map((text) => h('li', {}, text)))) : null]
        : h('p', {}, `In this model, none of ${number(compared)} comparisons disagrees by more than half, by 10 percentage points, or loses to a plain curve.`),
    bases.length || out.length ? h('p', {}, bases.length ? 'Assumed, since no source is named for them: ' : '', bases.map(([name, list, assumed], i) => [i ? ', ' : '', `${assumed.length} of ${list.length} ${name}`]), bases.length ? '. ' : '',
      out.length ? `Left out: ${out.map((system) => system.name).join(', ')}.` : '') : null,
    bases.filter(([, , assumed]) => assumed.length).map(([name, , assumed]) => more(`Assumed ${name}`, h('ul', { class: 'columns' }, assumed.map((one) => h('li', {}, h('code', {}, one.name), one.note ? h('small', {}, ` ${one.note}`) : null))))),
    data.run.complete ? null : h('p', { class: 'warning' }, `The run was stopped after ${number(data.run.windows)} of ${number(data.run.windows_total)} windows; only periods that it finished are shown.`));
}

/** Footnote numbers in order of first use. */
export function footnotes(data) {
  const order = new Map();
  return { order, marks: (ids) => ids.map((id) => {
    if (!order.has(id)) order.set(id, order.size + 1);
    return h('sup', {}, h('a', { href: `#note-${order.get(id)}`, title: data.evidence[id]?.text ?? id }, order.get(id)));
  }) };
}

export function parametersSection(data, notes) {
  if (!data.parameters.length) return null;
  const range = (one) => (one.low === null && one.high === null ? '' : `${one.low === null ? '…' : number(one.low)} to ${one.high === null ? '…' : number(one.high)}`);
  const badge = (text, title) => h('span', { class: `badge ${text}`, title }, text);
  const rows = data.parameters.map((one) => h('tr', { 'data-text': `${one.name} ${one.note ?? ''} ${one.evidence.join(' ')}`.toLowerCase(), 'data-assumed': one.assumed },
    h('th', { scope: 'row' }, h('code', {}, one.name), ' ', one.assumed && badge('assumed', 'no source is named'), one.fitted && badge('fitted', 'moved by a fit'), one.given && badge('changed', 'changed for this run'), one.note && h('small', {}, one.note)),
    h('td', { class: 'num' }, number(one.value), one.unit && one.unit !== '1' ? h('small', {}, ` ${one.unit}`) : null),
    h('td', {}, one.prior ?? '–', range(one) && h('small', {}, ` ${range(one)}`)), h('td', {}, notes.marks(one.evidence))));
  const count = h('output', { for: 'filter', 'aria-live': 'polite' });
  const text = h('input', { id: 'filter', type: 'search', placeholder: 'name, note or source' });
  const only = h('input', { type: 'checkbox' });
  const apply = () => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !row.dataset.text.includes(text.value.trim().toLowerCase()) || (only.checked && row.dataset.assumed === undefined);
      shown += !row.hidden;
    }
    count.textContent = `${shown} of ${rows.length}`;
  };
  text.addEventListener('input', apply);
  only.addEventListener('change', apply);
  apply();
  return h('section', { id: 'parameters' }, h('h2', {}, 'Parameters'),
    h('p', {}, 'Every number that the model rests on, as used in this run. Footnotes name the evidence.'),
    h('div', { class: 'filter' }, h('label', { for: 'filter' }, 'Filter ', text), h('label', {}, only, ' assumed only'), count),
    h('div', { class: 'scroll tall', tabindex: 0, role: 'region', 'aria-label': 'Parameters' }, h('table', { class: 'parameters' }, h('caption', { class: 'hidden' }, 'Parameters'),
      h('thead', {}, h('tr', {}, [['Parameter'], ['Value', 'num'], ['Prior and range'], ['Evidence']].map(([name, kind]) => h('th', { scope: 'col', class: kind }, name)))), h('tbody', {}, rows))));
}

export function systemsSection(data) {
  if (!data.systems.length) return null;
  const state = { in: 'in the model', coarse: 'in the model, coarsely', out: 'left out' };
  return h('section', { id: 'systems' }, h('h2', {}, 'Subsystems'),
    h('p', {}, `${data.systems.filter((system) => system.state !== 'out').length} of ${data.systems.length} are part of this model.`),
    table('Subsystems and their state', [['', 'num'], ['Subsystem'], ['State'], ['Switch'], ['Claims']],
      data.systems.map((system) => [system.number, [h('b', {}, system.name), system.note && h('small', {}, ` ${system.note}`)],
        h('span', { class: `state ${system.state}` }, state[system.state] ?? system.state),
        system.switch ? [h('code', {}, system.switch), system.on ? ' on' : h('b', {}, ' off')] : '–', h('small', {}, system.claims.join(' '))])));
}

export function runSection(data) {
  const { run, scenario } = data;
  const rows = [
    ['Scenario', `${scenario.name}, ${scenario.start} to ${scenario.end}, windows of ${number(scenario.window_days)} days, hash ${scenario.hash}`],
    ['Seed and scale', `seed ${run.seed}, scale ${number(run.scale)}: ${plural(run.persons, 'simulated person')}, each for ${number(run.weight)}`],
    ['Run', `${number(run.windows)} of ${number(run.windows_total)} windows${run.complete ? run.until_held ? ' (then until held)' : '' : ' (stopped early)'}, ${number(run.firings)} firings, ${number(run.messages_delivered)} messages`],
    ['Digest', h('code', {}, run.digest)], ['Full digest', h('code', {}, run.full_digest)],
    ['Settings changed', run.settings.length ? run.settings.map((one) => [h('code', {}, one), ' ']) : 'none'],
    ['Program', `tumen ${run.version}, ${run.compiler}, engine ${run.engine}`],
    ['Cost', `${number(run.wall_s)} s on ${plural(run.threads, 'thread')}, ${number(run.person_weeks_per_s)} person-weeks a second, ${number(run.peak_rss_bytes / 2 ** 20)} MiB`],
  ];
  return h('section', { id: 'repeat' }, h('h2', {}, 'Repeat this run'),
    h('p', {}, 'The same scenario, seed, scale and settings give the same digest, to the bit, for any number of threads and on any machine.'),
    h('pre', { tabindex: 0 }, run.command),
    h('table', { class: 'facts' }, h('caption', { class: 'hidden' }, 'Facts of the run'), h('tbody', {}, rows.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value))))),
    h('p', {}, h('small', {}, 'All parameters as used: ', h('code', {}, 'scenario.used.yaml'), '. All outcomes: ', h('code', {}, 'outcomes.csv'), '. Observed beside simulated: ', h('code', {}, 'observations.csv'), '.')));
}

/** What was dear, of a run made with --profile: for whoever writes the model. */
export function profileSection(data) {
  const { profile } = data;
  if (!profile) return null;
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  const all = sum(profile.transitions.map((one) => one.time_s)), bytes = Object.entries(profile.bytes), phases = Object.entries(profile.phases);
  const dear = profile.transitions.filter((one) => one.time_s > 0).slice(0, 20), each = (one, name) => (one.firings ? number(Math.round((one[name] / one.firings) * 1e9)) : '–');
  return h('section', { id: 'profile' }, h('h2', {}, 'Where the time went'),
    h('p', {}, 'Times of transitions are estimated from samples, in seconds of threads; the counts are exact. ',
      `By phase: ${phases.map(([name, seconds]) => `${name} ${percent(seconds / sum(phases.map(([, s]) => s)))}`).join(', ')}.`),
    table('The dearest transitions, in nanoseconds a firing', [['Transition'], ['Seconds', 'num'], ['Share', 'num'], ['Firings', 'num'], ['Checked', 'num'], ['Re-aimed', 'num'], ['Scan', 'num'], ['Check', 'num'], ['Fire', 'num'], ['Tell', 'num'], ['Receive', 'num'], ['Follow', 'num']],
      dear.map((one) => [words(one.name), number(one.time_s), percent(one.time_s / all), number(one.firings), number(one.checked), number(one.reaimed), ...['scan', 'check', 'fire', 'tell', 'receive', 'follow'].map((name) => each(one, name))])),
    table('Memory at the end', [['Bytes of'], ['MiB', 'num'], ['Share', 'num']],
      bytes.map(([name, count]) => [words(name), number(count / 2 ** 20), percent(count / sum(bytes.map(([, b]) => b)))])));
}

export function evidenceSection(data, notes) {
  if (!notes.order.size) return null;
  return h('section', { id: 'evidence' }, h('h2', {}, 'Evidence'),
    h('ol', { class: 'notes' }, [...notes.order].map(([id, n]) => {
      const known = data.evidence[id];
      return h('li', { id: `note-${n}`, value: n }, h('b', {}, id), ' ', known ? [known.text, known.grade && h('span', { class: 'badge' }, known.grade), known.source && h('small', {}, ' ', linked(known.source)),
        known.cited_by?.length ? h('small', {}, ' Rests on it: ', known.cited_by.map((name, i) => [i ? ', ' : '', h('code', {}, name)]), '.') : null] : 'not described in the scenario');
    })));
}
