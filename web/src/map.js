// The map: one measure by province, one year at a time, in classes that stay the same over the years.
import { geoArea, geoMercator, geoPath } from 'd3-geo';
import { h, s, number, titled, placeName, years, calendarYear, thinMark } from './dom.js';

// Cividis (Nunez, Anderton, Renslow 2018): readable with any colour vision and in grey.
const CIVIDIS = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];
const shades = (count) => Array.from({ length: count }, (_, i) => CIVIDIS[Math.round((count === 1 ? 0.5 : 1 - i / (count - 1)) * (CIVIDIS.length - 1))]);

/** Class limits: 1-3-10 steps where the values span more than one order of magnitude, else equal steps. */
export function classLimits(values) {
  const positive = values.filter((value) => value > 0).sort((a, b) => a - b);
  if (!positive.length) return [];
  const top = positive[positive.length - 1], low = positive[Math.floor(positive.length * 0.1)];
  if (top / low > 12) {
    const limits = [];
    for (let power = Math.floor(Math.log10(top)); limits.length < 6 && 10 ** (power + 1) > positive[0]; power--)
      for (const step of [3, 1]) if (step * 10 ** power < top && step * 10 ** power > positive[0] && limits.length < 6) limits.unshift(step * 10 ** power);
    return limits;
  }
  const rough = (top - Math.min(low, top * 0.9)) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const limits = [];
  for (let limit = Math.ceil(low / step) * step; limit < top; limit += step) limits.push(limit);
  return limits;
}

const classOf = (value, limits) => limits.filter((limit) => value >= limit).length;

/** Every outcome by a key whose levels are names on the map. */
export function measures(data) {
  if (!data.map) return [];
  const names = new Set(data.map.geojson.features.map((feature) => feature.properties?.[data.map.property]));
  return data.outcomes.flatMap((outcome) => outcome.by
    .filter((margin) => outcome.to.length && outcome.every !== 'window' && margin.levels.filter((level) => names.has(level)).length * 2 >= names.size)
    .map((margin) => ({ outcome, margin, name: titled(outcome, margin.key) })));
}

// d3-geo reads rings as spherical: one that runs the other way would be the rest of the globe.
function rewind(geojson) {
  const turn = (rings) => rings.map((ring, i) => {
    const large = geoArea({ type: 'Polygon', coordinates: [ring] }) > 2 * Math.PI;
    return large === (i === 0) ? [...ring].reverse() : ring;
  });
  return {
    type: 'FeatureCollection',
    features: geojson.features.filter((feature) => feature.geometry).map((feature) => ({
      ...feature,
      geometry: feature.geometry.type === 'MultiPolygon' ? { type: 'MultiPolygon', coordinates: feature.geometry.coordinates.map(turn) }
        : feature.geometry.type === 'Polygon' ? { type: 'Polygon', coordinates: turn(feature.geometry.coordinates) } : feature.geometry,
    })),
  };
}

const WIDTH = 560, HEIGHT = 600;

export function mapSection(data) {
  const list = measures(data);
  if (!list.length) return null;
  const land = rewind(data.map.geojson);
  const path = geoPath(geoMercator().fitExtent([[8, 8], [WIDTH - 8, HEIGHT - 8]], land));
  const nameOf = (feature) => feature.properties?.[data.map.property];
  const onMap = new Set(land.features.map(nameOf));

  const shapes = land.features.map((feature) => s('path', { d: path(feature), class: 'province' }, s('title', {})));
  const art = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'map', role: 'img', 'aria-label': 'Map; the table beside it has the same numbers' },
    s('defs', {}, s('pattern', { id: 'hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
      s('rect', { width: 7, height: 7, class: 'hatch-ground' }), s('line', { x1: 0, y1: 0, x2: 0, y2: 7, class: 'hatch-line' }))),
    shapes);
  const choose = h('select', { id: 'map-measure' }, list.map((measure, i) => h('option', { value: i }, measure.name)));
  const slider = h('input', { id: 'map-year', type: 'range', step: 1, min: 0 });
  const shown = h('output', { for: 'map-year', class: 'year' });
  const legend = h('div', { class: 'map-legend' });
  const ranking = h('div', { class: 'ranking', 'aria-live': 'polite' });

  function show() {
    const { outcome, margin } = list[Number(choose.value)];
    slider.max = outcome.to.length - 1;
    const period = Math.min(Number(slider.value), outcome.to.length - 1);
    const all = margin.values.flat().filter((value) => value !== null);
    const limits = classLimits(all), colors = shades(limits.length + 1);
    const value = new Map(margin.levels.map((level, i) => [level, { value: margin.values[period][i], persons: margin.persons?.[period][i] ?? null }]));
    const when = outcome.every === 'run' ? years(outcome.from[period], outcome.to[period]) : String(calendarYear(outcome.to[period]));
    shown.textContent = when;
    slider.setAttribute('aria-valuetext', when);
    land.features.forEach((feature, i) => {
      const cell = value.get(nameOf(feature));
      const masked = cell && cell.value === null;
      shapes[i].setAttribute('fill', !cell ? 'var(--rule)' : masked ? 'url(#hatch)' : colors[classOf(cell.value, limits)]);
      shapes[i].classList.toggle('hidden-cell', Boolean(masked));
      shapes[i].querySelector('title').textContent = `${placeName(String(nameOf(feature) ?? ''))}: ${!cell ? 'not told' : masked ? 'fewer than 10 persons' : number(cell.value)}`;
    });
    legend.replaceChildren(
      ...colors.map((color, i) => h('span', { class: 'key' }, h('i', { style: `background:${color}` }),
        limits.length === 0 ? 'all' : i === 0 ? `under ${number(limits[0])}` : i === limits.length ? `${number(limits[i - 1])} and more` : `${number(limits[i - 1])} to ${number(limits[i])}`)),
      h('span', { class: 'key' }, h('i', { class: 'masked' }), 'fewer than 10 persons: masked'));
    const rows = [...value].sort((a, b) => (b[1].value ?? -1) - (a[1].value ?? -1));
    const top = Math.max(1e-9, ...rows.map(([, cell]) => cell.value ?? 0));
    ranking.replaceChildren(h('table', {},
      h('caption', {}, `${list[Number(choose.value)].name}, ${when}, in this model`),
      h('tbody', {}, rows.map(([level, cell]) => h('tr', {},
        h('th', { scope: 'row' }, placeName(level), onMap.has(level) ? null : h('small', {}, ' (no outline)')),
        h('td', { class: 'bar' }, cell.value === null ? h('i', { class: 'masked', style: 'width:1.2em' }) : h('i', { style: `width:${(100 * cell.value) / top}%;background:${colors[classOf(cell.value, limits)]}` })),
        h('td', { class: 'num' }, cell.value === null ? 'masked' : number(cell.value), ' ', cell.value !== null && cell.persons !== null && thinMark(cell.persons < 100)))))));
  }

  // A new measure opens at the last year in which most provinces can be told.
  function open() {
    const { margin } = list[Number(choose.value)];
    const told = margin.values.map((row) => row.filter((value) => value !== null).length * 2 >= row.length);
    slider.max = margin.values.length - 1;
    slider.value = told.includes(true) ? told.lastIndexOf(true) : margin.values.length - 1;
    show();
  }
  choose.addEventListener('change', open);
  slider.addEventListener('input', show);
  open();
  return h('section', { id: 'map' }, h('h2', {}, 'Where'),
    h('p', {}, 'In this model, by province and year: nothing finer is ever told. Colours keep their meaning over the years.'),
    h('div', { class: 'map-controls' }, h('label', { for: 'map-measure' }, 'Measure ', choose), h('label', { for: 'map-year' }, 'Year ', slider, shown)),
    h('div', { class: 'map-box' }, h('div', {}, art, legend), ranking));
}
