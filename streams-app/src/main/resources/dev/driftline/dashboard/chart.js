// Perplexity over time, with the marks of drift and of snapshots.

import uPlot from './uplot.js';
import {byId, make, say, themed} from './dom.js';
import {compact, perplexity, time, whole} from './format.js';
import {alone, broken, busiest, counted, countedAt, values, warmedUp} from './lines.js';
import {inWords, severity, sign} from './states.js';

const TOTAL = '\u0000total';
const COLUMNS = {mixture: 3, ngram: 4, network: 5, class: 6};
const COMPARED = {mixture: 'mixture', ngram: 'n-gram', network: 'network'};
const DASHES = [[], [7, 4], [2, 3]];
const NEAR_PIXELS = 9;
const DRAW_MILLIS = 400;

/** Lines of the grid; beyond, powers of ten suffice. */
const MOST_STEPS = 9;

/** Marks of one source that are nearer than this are drawn as one. */
const MERGED_PIXELS = 14;
const SNAPSHOT_DECISIONS = ['BOOTSTRAPPED', 'PROMOTED', 'ROLLED_BACK', 'OPERATOR', 'RETRACTED'];

/** The chart of the lines of `sources.shown()`. */
export class Chart {
  constructor(sources) {
    this.sources = sources;
    this.host = byId('chart');
    this.plot = null;
    this.lines = [];
    this.range = null;
    this.whole = false;
    this.touches = new Map();
    this.drift = [];
    this.snapshots = [];
    this.due = 0;
    byId('chart-model').addEventListener('change', () => this.rebuild());
    byId('chart-smooth').addEventListener('change', () => this.redraw());
    byId('chart-axis').addEventListener('change', () => {
      this.range = null;
      this.rebuild();
    });
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) this.host.addEventListener(type, (event) => this.touched(event));
    say(byId('chart-readout'), READOUT);
    byId('zoom-in').addEventListener('click', () => this.zoom(0.5, 0));
    byId('zoom-out').addEventListener('click', () => this.zoom(2, 0));
    byId('pan-left').addEventListener('click', () => this.zoom(1, -0.5));
    byId('pan-right').addEventListener('click', () => this.zoom(1, 0.5));
    byId('zoom-all').addEventListener('click', () => this.all());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.host);
  }

  /** Whether the axis counts documents, of each line by itself, rather than time. */
  get byDocuments() {
    return byId('chart-axis').querySelector('input:checked').value === 'documents';
  }

  get model() {
    return byId('chart-model').querySelector('input:checked').value;
  }

  /** Marks are drift events and decisions, as in the feed. */
  mark(drift, decisions) {
    this.drift = drift.map((event) => ({at: Date.parse(event.at) / 1000, event}));
    this.snapshots = decisions
      .filter((decision) => SNAPSHOT_DECISIONS.includes(decision.decision))
      .map((decision) => ({at: Date.parse(decision.at) / 1000, decision}));
    this.later();
  }

  /** Draws soon, and once for a burst of changes. */
  later() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      this.redraw();
    }, DRAW_MILLIS);
  }

  redraw() {
    const lines = this.wanted();
    if (!this.plot || lines.map((line) => line.key).join('\n') !== this.lines.map((line) => line.key).join('\n')) {
      this.build(lines);
      return;
    }
    this.lines = lines;
    this.plot.setData(this.data(), false);
    this.scale();
  }

  rebuild() {
    this.build(this.wanted());
  }

  /** The lines to draw: one for each source, or three models of the first source. */
  wanted() {
    const shown = this.sources.shown();
    if (this.model !== 'compare') {
      return shown.map((line) => ({...line, key: line.name, column: COLUMNS[this.model], series: this.sources.picked.indexOf(line.name), dash: 0}));
    }
    const line = shown.find((candidate) => this.sources.picked.indexOf(candidate.name) > 0) || shown[0];
    if (!line) return [];
    return Object.keys(COMPARED).map((model, index) => ({
      ...line,
      key: `${line.name} ${model}`,
      label: `${line.label}, ${COMPARED[model]}`,
      column: COLUMNS[model],
      series: index,
      dash: index,
    }));
  }

  data() {
    const smooth = byId('chart-smooth').checked;
    const tables = this.lines.map((line) => (this.byDocuments ? [counted(line.points), values(line, smooth)] : broken(line.points.map((point) => point[0] / 1000), values(line, smooth))));
    if (tables.length === 0) return [[]];
    // Null breaks a line; a time at which only other lines have a point does not.
    return uPlot.join(tables, tables.map(() => [1, 2]));
  }

  /** Where a moment is on the axis, for a mark of the line `name`; null where it is on none. */
  place(at, name) {
    if (!this.byDocuments) return at;
    const line = this.lines.find((candidate) => candidate.name === name);
    if (!line) return null;
    return countedAt(line.points, at);
  }

  build(lines) {
    this.plot?.destroy();
    this.plot = null;
    this.lines = lines;
    this.describe();
    this.name(lines);
    if (lines.length === 0) return;
    const axis = {stroke: themed('--quiet'), grid: {stroke: themed('--rule'), width: 1}, ticks: {stroke: themed('--rule'), width: 1}, font: '12px system-ui, sans-serif'};
    this.plot = new uPlot(
      {
        ...this.size(),
        legend: {show: false},
        cursor: {drag: {x: true, y: false, setScale: false}, points: {size: 7}, bind: {dblclick: () => () => this.all()}},
        scales: {x: {time: !this.byDocuments}, y: {distr: 3, log: 10, range: (plot, least, most) => roomy(least, this.highest(plot) > least ? Math.min(most, this.highest(plot)) : most)}},
        axes: [
          {...axis, space: 80, values: (_, splits, __, ___, step) => splits.map((at) => (this.byDocuments ? whole(at) : label(at, step)))},
          {
            ...axis,
            size: 58,
            splits: (_, __, least, most) => roundSteps(least, most),
            filter: (_, splits) => splits,
            values: (_, splits) => splits.map((value) => (value < 10_000 ? perplexity(value).replace(/\.0$/, '') : compact(value))),
          },
        ],
        series: [{}, ...lines.map((line) => ({
          label: line.label,
          stroke: themed(`--series-${line.series % 8}`),
          width: line.name === TOTAL && this.model !== 'compare' ? 2.5 : 1.8,
          dash: DASHES[line.dash],
          spanGaps: false,
          points: {show: true, size: 5, filter: (plot, index) => (line.points.length < 40 ? null : alone(plot.data[index]))},
        }))],
        hooks: {
          draw: [(plot) => this.drawMarks(plot)],
          setCursor: [(plot) => this.read(plot)],
          setSelect: [(plot) => this.selected(plot)],
        },
      },
      this.data(),
      this.host,
    );
    this.scale();
  }

  /** The legend of the lines. */
  name(lines) {
    byId('chart-legend').replaceChildren(
      ...lines.map((line) => make('li', {}, make('span', {class: 'swatch', 'data-series': line.series % 8, 'data-dash': line.dash, 'aria-hidden': 'true'}), line.label)),
    );
  }

  size() {
    return {width: Math.max(200, this.host.clientWidth), height: this.host.clientWidth < 520 ? 240 : innerHeight < 1000 ? 260 : 320};
  }

  /** The documents of the longest line of one source: those of all sources together would leave it no room. */
  mostDocuments() {
    const single = this.lines.filter((line) => line.name !== TOTAL);
    return Math.max(...(single.length ? single : this.lines).map((line) => countedAt(line.points, Infinity)));
  }

  /** The busiest time; everything once that was asked for. */
  extent() {
    const at = this.plot.data[0];
    const [first, last] = this.whole ? [at[0], at[at.length - 1]] : this.byDocuments ? [0, this.mostDocuments()] : busiest(this.lines);
    const room = Math.max(2, (last - first) * 0.02);
    return [first - room, last + room];
  }

  /**
   * Where the axis of perplexity ends: an empty model finds everything surprising, and its first points would flatten all
   * others. A source that breaks later is never cut off.
   */
  highest(plot) {
    const learned = warmedUp(this.sources.total?.points || []);
    let most = 0;
    this.lines.forEach((line, index) => {
      const from = this.byDocuments ? countedAt(line.points, learned) : learned;
      plot.data[index + 1].forEach((value, row) => {
        if (value > most && plot.data[0][row] >= from) most = value;
      });
    });
    return most || Infinity;
  }

  scale() {
    const [min, max] = this.range || this.extent();
    this.plot.setScale('x', {min, max});
    this.host.dataset.from = String(min);
    this.host.dataset.to = String(max);
    this.describe();
  }

  all() {
    this.whole = true;
    this.range = null;
    if (this.plot) this.scale();
  }

  zoom(factor, shift) {
    if (!this.plot) return;
    const [min, max] = this.range || this.extent();
    const half = ((max - min) * factor) / 2;
    const middle = (min + max) / 2 + (max - min) * shift;
    this.range = [middle - Math.max(half, 1), middle + Math.max(half, 1)];
    this.scale();
  }

  selected(plot) {
    if (plot.select.width < 6) return;
    this.range = [plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x')];
    plot.setSelect({left: 0, top: 0, width: 0, height: 0}, false);
    this.scale();
  }

  /** One finger moves the chart, two zoom it; a mouse selects a range. */
  touched(event) {
    if (event.pointerType !== 'touch' || !this.plot) return;
    if (event.type === 'pointerdown') {
      this.touches.set(event.pointerId, event.clientX);
      return;
    }
    if (event.type !== 'pointermove') {
      this.touches.delete(event.pointerId);
      return;
    }
    const before = this.touches.get(event.pointerId);
    if (before === undefined) return;
    const [min, max] = this.range || this.extent();
    const perPixel = (max - min) / this.plot.over.clientWidth;
    if (this.touches.size === 1) {
      const shift = (before - event.clientX) * perPixel;
      this.range = [min + shift, max + shift];
    } else {
      const other = [...this.touches].find(([id]) => id !== event.pointerId)[1];
      const fixed = min + (other - this.plot.over.getBoundingClientRect().left) * perPixel;
      const factor = Math.max(0.2, Math.min(5, Math.abs(before - other) / Math.max(1, Math.abs(event.clientX - other))));
      this.range = [fixed - (fixed - min) * factor, fixed + (max - fixed) * factor];
    }
    this.touches.set(event.pointerId, event.clientX);
    this.scale();
  }

  /** The drift marks of the sources in the chart. */
  shownDrift() {
    const names = new Set(this.lines.map((line) => line.name));
    return this.drift
      .filter((mark) => names.has(mark.event.source))
      .map((mark) => ({...mark, x: this.place(mark.at, mark.event.source)}));
  }

  /** The marks to draw: neighbours of one source as one, which has the state of the most urgent. */
  mergedDrift(plot) {
    const merged = [];
    const last = new Map();
    for (const mark of this.shownDrift().sort((a, b) => a.x - b.x)) {
      const before = last.get(mark.event.source);
      if (before && plot.valToPos(mark.x, 'x') - plot.valToPos(before.x, 'x') < MERGED_PIXELS) {
        if (severity(mark.event.state) > severity(before.event.state)) before.event = mark.event;
        continue;
      }
      const drawn = {...mark};
      merged.push(drawn);
      last.set(mark.event.source, drawn);
    }
    return merged;
  }

  /** The marks of snapshots; among counted documents they have a place only if all sources are counted together. */
  shownSnapshots() {
    if (this.byDocuments && this.lines.some((line) => line.name !== TOTAL)) return [];
    return this.snapshots.map((mark) => ({...mark, x: this.place(mark.at, TOTAL)})).filter((mark) => mark.x !== null);
  }

  drawMarks(plot) {
    const {ctx} = plot;
    const {left, top, width, height} = plot.bbox;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top - 16 * ratio, width, height + 16 * ratio);
    ctx.clip();
    ctx.textAlign = 'center';
    ctx.font = `${13 * ratio}px system-ui, sans-serif`;
    ctx.lineWidth = ratio;
    const line = (at, colour, dash, sign, y) => {
      const x = Math.round(plot.valToPos(at, 'x', true));
      if (x < left || x > left + width) return;
      ctx.strokeStyle = colour;
      ctx.fillStyle = colour;
      ctx.setLineDash(dash.map((part) => part * ratio));
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
      ctx.fillText(sign, x, y);
    };
    for (const {x} of this.shownSnapshots()) line(x, themed('--snapshot'), [2, 4], '◆', top + height - 4 * ratio);
    const drawn = this.mergedDrift(plot);
    for (const {x, event} of drawn) line(x, themed(`--${event.state.toLowerCase()}`) || themed('--quiet'), [], sign(event.state), top + 12 * ratio);
    this.host.dataset.drawnMarks = String(drawn.length);
    ctx.restore();
  }

  /** The values under the pointer, in words. */
  read(plot) {
    const readout = byId('chart-readout');
    const {idx, left} = plot.cursor;
    if (idx === null || idx === undefined || left < 0) {
      say(readout, READOUT);
      return;
    }
    const parts = this.lines.map((line, index) => {
      const value = nearest(plot.data[index + 1], idx);
      return value === null ? null : `${line.label} ${perplexity(value)}`;
    });
    const near = ({x}) => Math.abs(plot.valToPos(x, 'x') - left) < NEAR_PIXELS;
    const marks = [
      ...this.shownDrift().filter(near).map(({event}) => `${sign(event.state)} ${event.source}, ${event.series.toLowerCase()}: ${inWords(event)}, perplexity ${perplexity(2 ** event.bits_per_token_before)} → ${perplexity(2 ** event.bits_per_token_after)}`),
      ...this.shownSnapshots().filter(near).map(({decision}) => `◆ ${decision.candidate} ${decision.decision.toLowerCase().replace('_', ' ')}`),
    ];
    const at = plot.data[0][idx];
    say(readout, [this.byDocuments ? `document ${whole(at)}` : time(at * 1000), ...marks, ...parts.filter(Boolean)].join('   '));
  }

  /** A description of the chart for screen readers. */
  describe() {
    const drift = this.shownDrift().length;
    const text = this.lines.length === 0
      ? 'No points yet'
      : `Perplexity ${this.byDocuments ? 'by documents' : 'over time'} of ${this.lines.map((line) => line.label).join(', ')}; ${drift} drift ${drift === 1 ? 'mark' : 'marks'}, ${this.snapshots.length} snapshot ${this.snapshots.length === 1 ? 'mark' : 'marks'}. The table below has the current values.`;
    if (this.host.getAttribute('aria-label') !== text) this.host.setAttribute('aria-label', text);
    this.host.dataset.points = String(this.lines.reduce((sum, line) => sum + line.points.length, 0));
    this.host.dataset.driftMarks = String(drift);
    this.host.dataset.snapshotMarks = String(this.snapshots.length);
  }
}

const GESTURES = matchMedia('(pointer: coarse)').matches ? 'Move the chart with one finger, zoom it with two.' : 'Drag over the chart to zoom; double-click for everything.';
const READOUT = `${GESTURES} A point is the perplexity of the documents of one step in time; a smooth one is that of its last five steps.`;

function roomy(least, most) {
  if (least === null || most === null) return [10, 1000];
  return [least / 1.15, most * 1.15];
}

/** 1, 2 and 5 times each power of ten, or every whole multiple if those are too few. */
function roundSteps(least, most) {
  const within = (factors) => {
    const steps = [];
    for (let power = 10 ** Math.floor(Math.log10(least)); power <= most; power *= 10) {
      for (const factor of factors) if (factor * power >= least && factor * power <= most) steps.push(factor * power);
    }
    return steps;
  };
  const few = within([1, 2, 5]);
  if (few.length > MOST_STEPS) return within([1]);
  return few.length > 2 ? few : within([1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]);
}

function nearest(column, index) {
  for (let i = index; i >= 0; i--) if (column[i] !== null && column[i] !== undefined) return column[i];
  return null;
}

function label(at, step) {
  const date = new Date(at * 1000);
  const two = (number) => String(number).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= 86_400) return `${date.getDate()}.${date.getMonth() + 1}.`;
  return step >= 60 ? clock : `${clock}:${two(date.getSeconds())}`;
}
