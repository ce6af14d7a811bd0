// Charts over years: simulated as lines, observed as dots, years that were not fitted shaded. One x axis for the whole page,
// so that charts and time line stand above each other.
import uPlot from 'uplot';
import { h, s, number, short, yearOf } from './dom.js';

const LEFT = 54, RIGHT = 14;
const drawn = []; // functions that draw a chart anew (colours follow the theme, print is light)

export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export function redrawAll() { for (const draw of drawn) draw(); }

/** Calls back with the width of an element, now and when it changes; in a frame of its own, since drawing changes heights. */
function whenSized(element, call) {
  let last = 0;
  new ResizeObserver(() => requestAnimationFrame(() => {
    const width = element.clientWidth;
    if (width && width !== last) call(last = width);
  })).observe(element);
}

/** Bands for the years that no fit has seen. */
function shade(u, from, until) {
  if (from === null || from >= until) return;
  const left = u.valToPos(Math.max(from, u.scales.x.min), 'x', true), right = u.valToPos(until, 'x', true);
  const { ctx } = u;
  ctx.save();
  ctx.fillStyle = color('--shade');
  ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height);
  ctx.fillStyle = color('--muted');
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  if (right - left > 60 * devicePixelRatio) ctx.fillText('not fitted', left + 5 * devicePixelRatio, u.bbox.top + 13 * devicePixelRatio);
  ctx.restore();
}

/** Observed sums of several years: a bar at their yearly mean. */
function spans(u, list) {
  const { ctx } = u;
  ctx.save();
  ctx.lineWidth = 3 * devicePixelRatio;
  ctx.lineCap = 'round';
  for (const span of list) {
    const y = u.valToPos(span.value, 'y', true);
    ctx.strokeStyle = color(span.color);
    ctx.beginPath();
    ctx.moveTo(u.valToPos(span.from, 'x', true), y);
    ctx.lineTo(u.valToPos(span.to, 'x', true), y);
    ctx.stroke();
  }
  ctx.restore();
}

/** Puts series with their own x onto one x column. */
function align(series) {
  const at = [...new Set(series.flatMap((one) => one.x))].sort((a, b) => a - b);
  const row = new Map(at.map((x, i) => [x, i]));
  return [at, ...series.map((one) => {
    const column = new Array(at.length).fill(null);
    one.x.forEach((x, i) => { column[row.get(x)] = one.y[i]; });
    return column;
  })];
}

/**
 * A chart. lines: [{ label, color: '--a', x, y, dots: bool }]; spans: [{ from, to, value, color }]; unfittedFrom: year or null.
 * domain: [first, last] years; format: of values.
 */
export function chart(label, { lines, spans: bars = [], unfittedFrom = null, domain, height = 260, format = number }) {
  const box = h('div', { class: 'chart', role: 'img', 'aria-label': label });
  const year = h('b', {}), readings = lines.map(() => h('b', {}));
  const keys = h('div', { class: 'legend' }, lines.map((line, i) => h('span', {},
    h('i', { class: line.dots ? 'dot' : 'line', style: `--key:var(${line.color})` }), line.label, ' ', readings[i])), year);
  const data = align(lines);
  const top = Math.max(0, ...bars.map((bar) => bar.value), ...lines.flatMap((line) => line.y.filter((y) => y !== null)));
  const low = Math.min(0, ...lines.flatMap((line) => line.y.filter((y) => y !== null)));
  let plot = null;
  const options = (width) => ({
    width, height, padding: [10, RIGHT, 0, 0],
    cursor: { sync: { key: 'years' }, points: { size: 6 }, drag: { x: false, y: false }, y: false },
    legend: { show: false },
    scales: { x: { time: false, range: () => domain }, y: { range: () => [low * 1.05, top > 0 ? top * 1.08 : low < 0 ? 0 : 1] } },
    axes: [
      { stroke: color('--muted'), grid: { show: false }, ticks: { stroke: color('--rule'), size: 4 }, size: 28, font: '12px system-ui, sans-serif',
        incrs: [1, 2, 5, 10, 20], space: 44, values: (_, ticks) => ticks.map(String) },
      { stroke: color('--muted'), grid: { stroke: color('--rule'), width: 1 }, ticks: { show: false }, size: LEFT, font: '12px system-ui, sans-serif',
        space: 28, values: (_, ticks) => ticks.map((tick) => (format === number ? short(tick) : format(tick))) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label, stroke: color(line.color), width: line.dots ? 0 : 2, spanGaps: true,
        paths: line.dots ? () => null : undefined, dash: line.dash,
        points: line.dots ? { show: true, size: 8, fill: color(line.color), stroke: color('--paper'), width: 1 } : { show: false },
      })),
    ],
    hooks: { drawClear: [(u) => shade(u, unfittedFrom, domain[1])], draw: [(u) => spans(u, bars)],
      setCursor: [(u) => {
        const at = u.cursor.idx;
        year.textContent = at === null || at === undefined ? '' : `in ${Math.floor(data[0][at] - 1e-6)}`;
        lines.forEach((_, i) => { const y = at === null || at === undefined ? null : data[i + 1][at]; readings[i].textContent = y === null || y === undefined ? '' : format(y); });
      }] },
  });
  let width = 0;
  const draw = () => {
    if (!width) return;
    plot?.destroy();
    plot = new uPlot(options(width), data, box);
  };
  drawn.push(draw);
  whenSized(box, (now) => { width = now; if (plot) plot.setSize({ width, height }); else draw(); });
  return h('div', {}, keys, box);
}

/** Dated steps and pulses of drivers as lanes under a chart with the same x axis. */
export function timeline(drivers, domain, name) {
  const lanes = drivers.filter((driver) => driver.changes?.length > 1);
  if (!lanes.length) return null;
  const box = h('div', { class: 'timeline', role: 'img', 'aria-label': `Time line of ${lanes.length} drivers; the list below names every mark` });
  let width = 0;
  const draw = () => {
    if (!width) return;
    const inner = width - LEFT - RIGHT, lane = 30;
    const x = (year) => LEFT + inner * (Math.min(domain[1], Math.max(domain[0], year)) - domain[0]) / (domain[1] - domain[0]);
    const art = s('svg', { width, height: lanes.length * lane + 6, viewBox: `0 0 ${width} ${lanes.length * lane + 6}`, 'aria-hidden': true });
    lanes.forEach((driver, row) => {
      const y = row * lane + 16;
      art.append(s('line', { x1: LEFT, x2: width - RIGHT, y1: y + 6, y2: y + 6, class: 'lane' }));
      // A bar wherever the driver is above its lowest value, the darker the higher.
      const values = driver.changes.map(([, value]) => value), low = Math.min(...values), top = Math.max(...values);
      const marks = driver.changes.map(([date, value], i) => ({ date, value, x1: x(yearOf(date)), x2: x(i + 1 < driver.changes.length ? yearOf(driver.changes[i + 1][0]) : domain[1]) }))
        .filter((mark) => mark.value > low);
      for (const mark of marks) art.append(s('rect', { x: mark.x1, y: y + 3, width: Math.max(2, mark.x2 - mark.x1), height: 6, class: 'mark', 'fill-opacity': (0.25 + (0.75 * (mark.value - low)) / (top - low)).toFixed(2) },
        s('title', {}, `${name(driver)}: ${number(mark.value)} from ${mark.date}`)));
      // The lane's name, where it does not leave the picture: above the first mark, or ending at it.
      const text = name(driver), start = marks.length ? marks[0].x1 : LEFT, length = text.length * 6.1;
      const fits = start + length < width - 4;
      art.append(s('text', { x: fits ? start : Math.max(LEFT, width - RIGHT - length), y: y - 1, class: 'lane-name' }, text));
    });
    box.replaceChildren(art);
  };
  drawn.push(draw);
  whenSized(box, (now) => { width = now; draw(); });
  return box;
}
