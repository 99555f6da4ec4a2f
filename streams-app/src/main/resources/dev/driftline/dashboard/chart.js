// Perplexity over time, with the marks of drift and of snapshots.

import uPlot from './uplot.js';
import {byId, make, say, themed} from './dom.js';
import {bits, perplexity, time} from './format.js';

const COLUMNS = {mixture: 3, ngram: 4, network: 5};
const NAMES = {mixture: 'mixture', ngram: 'n-gram', network: 'network'};
const DASHES = [[], [7, 4], [2, 3]];
const SMOOTHED_POINTS = 5;
const NEAR_PIXELS = 9;
const DRAW_MILLIS = 400;
const DRIFT_SHAPES = {WARNING: '△', DRIFT: '▲', RECOVERED: '●'};
const SNAPSHOT_DECISIONS = ['BOOTSTRAPPED', 'PROMOTED', 'ROLLED_BACK', 'OPERATOR'];

/** The chart of the lines of `sources.shown()`. */
export class Chart {
  constructor(sources) {
    this.sources = sources;
    this.host = byId('chart');
    this.plot = null;
    this.lines = [];
    this.range = null;
    this.drift = [];
    this.snapshots = [];
    this.due = 0;
    byId('chart-model').addEventListener('change', () => this.rebuild());
    byId('chart-smooth').addEventListener('change', () => this.redraw());
    byId('zoom-in').addEventListener('click', () => this.zoom(0.5, 0));
    byId('zoom-out').addEventListener('click', () => this.zoom(2, 0));
    byId('pan-left').addEventListener('click', () => this.zoom(1, -0.5));
    byId('pan-right').addEventListener('click', () => this.zoom(1, 0.5));
    byId('zoom-all').addEventListener('click', () => this.all());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.host);
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
    return Object.keys(COLUMNS).map((model, index) => ({
      ...line,
      key: `${line.name} ${model}`,
      label: `${line.label}, ${NAMES[model]}`,
      column: COLUMNS[model],
      series: index,
      dash: index,
    }));
  }

  data() {
    const smooth = byId('chart-smooth').checked;
    const tables = this.lines.map((line) => [line.points.map((point) => point[0] / 1000), values(line, smooth)]);
    if (tables.length === 0) return [[]];
    return uPlot.join(tables);
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
        scales: {x: {time: true}, y: {distr: 3, log: 10, range: (_, least, most) => roomy(least, most)}},
        axes: [
          {...axis, space: 80, values: (_, splits, __, ___, step) => splits.map((at) => label(at, step))},
          {
            ...axis,
            size: 58,
            splits: (_, __, least, most) => roundSteps(least, most),
            filter: (_, splits) => splits,
            values: (_, splits) => splits.map((value) => perplexity(value).replace(/\.0$/, '')),
          },
        ],
        series: [{}, ...lines.map((line) => ({
          label: line.label,
          stroke: themed(`--series-${line.series % 8}`),
          width: line.name === '\u0000total' && this.model !== 'compare' ? 2.5 : 1.8,
          dash: DASHES[line.dash],
          spanGaps: true,
          points: {show: line.points.length < 40, size: 5},
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
    return {width: Math.max(200, this.host.clientWidth), height: this.host.clientWidth < 520 ? 240 : 320};
  }

  extent() {
    const times = this.plot.data[0];
    const first = times[0];
    const last = times[times.length - 1];
    const room = Math.max(2, (last - first) * 0.02);
    return [first - room, last + room];
  }

  scale() {
    const [min, max] = this.range || this.extent();
    this.plot.setScale('x', {min, max});
    this.describe();
  }

  all() {
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

  /** The drift marks of the shown sources; those of all sources if "all" is shown. */
  shownDrift() {
    const names = new Set(this.lines.map((line) => line.name));
    return this.drift.filter((mark) => names.has(mark.event.source) || names.has('\u0000total'));
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
    for (const {at} of this.snapshots) line(at, themed('--snapshot'), [2, 4], '◆', top + height - 4 * ratio);
    for (const {at, event} of this.shownDrift()) {
      line(at, themed(`--${event.state.toLowerCase()}`) || themed('--quiet'), [], DRIFT_SHAPES[event.state] || '?', top + 12 * ratio);
    }
    ctx.restore();
  }

  /** The values under the pointer, in words. */
  read(plot) {
    const readout = byId('chart-readout');
    const {idx, left} = plot.cursor;
    if (idx === null || idx === undefined || left < 0) {
      say(readout, 'Drag over the chart to zoom; double-click to reset.');
      return;
    }
    const parts = this.lines.map((line, index) => {
      const value = nearest(plot.data[index + 1], idx);
      return value === null ? null : `${line.label} ${perplexity(value)}`;
    });
    const near = ({at}) => Math.abs(plot.valToPos(at, 'x') - left) < NEAR_PIXELS;
    const marks = [
      ...this.shownDrift().filter(near).map(({event}) => `${DRIFT_SHAPES[event.state]} ${event.source} ${event.state.toLowerCase()}: ${bits(event.bits_per_token_before)} → ${bits(event.bits_per_token_after)} bits`),
      ...this.snapshots.filter(near).map(({decision}) => `◆ ${decision.candidate} ${decision.decision.toLowerCase().replace('_', ' ')}`),
    ];
    say(readout, [time(plot.data[0][idx] * 1000), ...marks, ...parts.filter(Boolean)].join('   '));
  }

  /** A description of the chart for screen readers. */
  describe() {
    const drift = this.shownDrift().length;
    const text = this.lines.length === 0
      ? 'No points yet'
      : `Perplexity over time of ${this.lines.map((line) => line.label).join(', ')}; ${drift} drift ${drift === 1 ? 'mark' : 'marks'}, ${this.snapshots.length} snapshot ${this.snapshots.length === 1 ? 'mark' : 'marks'}. The table below has the current values.`;
    if (this.host.getAttribute('aria-label') !== text) this.host.setAttribute('aria-label', text);
    this.host.dataset.points = String(this.lines.reduce((sum, line) => sum + line.points.length, 0));
    this.host.dataset.driftMarks = String(drift);
    this.host.dataset.snapshotMarks = String(this.snapshots.length);
  }
}

/** Perplexities of a line; smooth: averages over preceding points, weighted by tokens. */
function values(line, smooth) {
  const {points, column} = line;
  return points.map((point, index) => {
    if (point[column] === null) return null;
    let tokens = 0;
    let cost = 0;
    for (let i = smooth ? Math.max(0, index - SMOOTHED_POINTS + 1) : index; i <= index; i++) {
      if (points[i][column] !== null) {
        tokens += points[i][2];
        cost += points[i][column] * points[i][2];
      }
    }
    return 2 ** (cost / tokens);
  });
}

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
