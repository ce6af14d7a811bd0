// Small helpers: elements without HTML strings (nothing in the data can become markup), numbers, dates and names.

/** h('p', { class: 'x' }, 'text', child, [children]); attributes that are null or false are left out. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** A number as people read it: thousands apart, three figures where it is small. */
export function number(value) {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 100 || value === 0 || Number.isInteger(value)) return whole.format(value);
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** For axes: 1.2 million instead of 1,200,000. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))} k`;
  return number(value);
}

/** The first observation of an outcome speaks for its total; others tell its parts. */
export const speaks = (data, name) => data.observations.find((one) => one.outcome === data.observations.find((seen) => seen.name === name).outcome).name === name;
export const percent = (share) => (share === null || share === undefined ? '–' : `${Number((100 * share).toFixed(1))} %`);
export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

/** north_hwanghae -> North hwanghae; names of places keep every word large. */
export function words(name) {
  const text = name.replace(/[_.]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
export const placeName = (name) => name.split(/[_\s]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
export const titleOf = (outcome) => `${outcome.title || words(outcome.name)}${outcome.unit ? `, ${outcome.unit}` : ''}`;
/** "Arrivals by sex"; a title that names the key already stays as it is. */
export function titled(outcome, key) {
  const title = titleOf(outcome), words = key.replace(/_/g, ' ').toLowerCase();
  return title.toLowerCase().includes(outcome.by.length === 1 ? words : `by ${words}`) ? title : `${title}, by ${words}`;
}

/** A date as a year with a fraction: 1 January 2012 is 2012. */
export function yearOf(date) {
  const [year, month, day] = date.split('-').map(Number);
  const start = Date.UTC(year, 0, 1);
  return year + (Date.UTC(year, month - 1, day) - start) / (Date.UTC(year + 1, 0, 1) - start);
}
/** The end of a day. */
export const yearAfter = (date) => yearOf(date) + 1 / 365.2425;
export const calendarYear = (date) => Number(date.slice(0, 4));
/** "2012", or "1999 to 2001". */
export function years(from, to) {
  return calendarYear(from) === calendarYear(to) ? from.slice(0, 4) : `${from.slice(0, 4)} to ${to.slice(0, 4)}`;
}

/** A table with a caption for those who hear it; columns: [heading, class]. Rows are lists of cells. */
export function table(caption, columns, rows, attributes = {}) {
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', attributes, h('caption', {}, caption),
      h('thead', {}, h('tr', {}, columns.map(([name, kind]) => h('th', { scope: 'col', class: kind }, name)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map((cell, i) => h(i ? 'td' : 'th', { class: columns[i][1], scope: i ? null : 'row' }, cell)))))));
}

export const more = (summary, ...children) => h('details', {}, h('summary', {}, summary), ...children);
export const thinMark = (thin) => (thin ? h('abbr', { class: 'thin', title: 'rests on fewer than 100 simulated persons' }, 'thin') : null);

/** Text in which web addresses are links. */
export function linked(text) {
  return text.split(/(https?:\/\/[^\s|,;)]+)/).map((part, i) => (i % 2 ? h('a', { href: part, rel: 'noopener noreferrer' }, part) : part));
}
