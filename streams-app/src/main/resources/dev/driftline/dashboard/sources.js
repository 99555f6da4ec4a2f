// The sources: their values, their points over time, and the table to select them.

import {byId, make, say, show} from './dom.js';
import {perplexity, share, whole} from './format.js';
import {byDrift, extent, inWords, SERIES, seriesOf, sign} from './states.js';

export const TOTAL = '\u0000total';

const PICKED_AT_FIRST = 5;
const MOST_PICKED = 8;
const MOST_ROWS = 60;
const MOST_POINTS = 2_000;

/** The data of all sources, and which of them are in the chart. Calls `changed()` after each change. */
export class Sources {
  constructor(changed) {
    this.changed = changed;
    this.known = new Map();
    this.total = null;
    this.version = -1;
    this.early = [];
    this.picked = [TOTAL];
    this.chosen = false;
    this.sort = {key: 'drift', descending: true};
    this.rows = new Map();
    this.body = byId('sources').tBodies[0];
    byId('source-filter').addEventListener('input', () => this.draw());
    for (const button of byId('sources').querySelectorAll('button[data-sort]')) {
      button.addEventListener('click', () => this.sortBy(button.dataset.sort));
    }
  }

  /** Replaces all data by the response of /v1/sources. */
  reset(answer) {
    this.known = new Map(answer.sources.map((source) => [source.source, source]));
    this.total = answer.total;
    this.version = answer.version;
    const early = this.early;
    this.early = null;
    early?.forEach((changes) => this.apply(changes));
    this.after();
  }

  /** From now on, changes wait for the next reset. */
  awaitReset() {
    this.early = [];
  }

  /** Applies changes from the feed. */
  change(changes) {
    if (this.early) {
      this.early.push(changes);
      return;
    }
    this.apply(changes);
    this.after();
  }

  apply(changes) {
    if (changes.version <= this.version) return;
    this.version = changes.version;
    this.total = merged(this.total, changes.total);
    for (const source of changes.sources) this.known.set(source.source, merged(this.known.get(source.source), source));
  }

  /** Removes a source that has been taken out of the model. */
  drop(name) {
    this.known.delete(name);
    this.picked = this.picked.filter((picked) => picked !== name);
    this.after();
  }

  after() {
    if (!this.chosen) this.pickSome();
    this.draw();
    this.changed();
  }

  /** Selects the first few sources until the user selects some; a source in the chart keeps its place and colour. */
  pickSome() {
    const largest = [...this.known.values()].sort((a, b) => byDrift(a, b) || b.tokens - a.tokens).map((source) => source.source);
    const more = largest.filter((name) => !this.picked.includes(name)).slice(0, Math.max(0, 1 + PICKED_AT_FIRST - this.picked.length));
    this.picked = [...this.picked, ...more];
  }

  /** The lines of the chart: name, label and points, in the order of selection. */
  shown() {
    return this.picked
      .map((name) => (name === TOTAL ? {name, label: 'all sources', points: this.total?.points} : {name, label: name, points: this.known.get(name)?.points}))
      .filter((line) => line.points?.length);
  }

  pick(name, wanted) {
    this.chosen = true;
    if (wanted && this.picked.length >= MOST_PICKED) this.picked.splice(1, 1);
    this.picked = wanted ? [...this.picked, name] : this.picked.filter((picked) => picked !== name);
    this.draw();
    this.changed();
  }

  sortBy(key) {
    this.sort = this.sort.key === key ? {key, descending: !this.sort.descending} : {key, descending: key !== 'source'};
    for (const header of byId('sources').querySelectorAll('th[aria-sort]')) {
      const own = header.querySelector('button').dataset.sort === key;
      header.setAttribute('aria-sort', !own ? 'none' : this.sort.descending ? 'descending' : 'ascending');
    }
    this.draw();
  }

  /** Updates the table and keeps its rows, so that the focus stays. */
  draw() {
    const filter = byId('source-filter').value.trim().toLowerCase();
    const order = this.sort.descending ? -1 : 1;
    const compared = SORTS[this.sort.key];
    const found = [...this.known.values()]
      .filter((source) => source.source.toLowerCase().includes(filter))
      .sort((a, b) => order * compared(a, b) || b.documents - a.documents);
    const listed = found.slice(0, MOST_ROWS).map((source) => [source.source, source]);
    if (this.total?.documents && !filter) listed.unshift([TOTAL, this.total]);
    const wanted = new Set(listed.map(([name]) => name));
    for (const [name, row] of this.rows) {
      if (!wanted.has(name)) {
        row.remove();
        this.rows.delete(name);
      }
    }
    listed.forEach(([name, source], index) => {
      let row = this.rows.get(name);
      if (!row) {
        row = this.row(name);
        this.rows.set(name, row);
      }
      this.fill(row, name, source);
      if (this.body.rows[index] !== row && !row.contains(document.activeElement)) this.body.insertBefore(row, this.body.rows[index] || null);
    });
    show(byId('sources-empty'), this.known.size === 0);
    show(byId('sources'), this.known.size > 0);
    const hidden = found.length - Math.min(found.length, MOST_ROWS);
    say(byId('source-count'), hidden > 0 ? `${whole(hidden)} more: find them by name` : '');
  }

  row(name) {
    const label = name === TOTAL ? 'All sources' : name;
    const box = make('input', {type: 'checkbox', 'aria-label': `${label} in the chart`, on: {change: () => this.pick(name, box.checked)}});
    const swatch = make('span', {class: 'swatch', 'aria-hidden': 'true'});
    const row = make('tr', {class: name === TOTAL ? 'all' : ''}, make('td', {}, make('label', {class: 'pick'}, box, swatch)));
    row.append(make('th', {scope: 'row', text: label, title: label}));
    row.append(make('td', {class: 'state'}));
    for (const kind of ['number', 'number', 'number roomy', 'number roomy', 'number roomy', 'number roomy']) row.append(make('td', {class: kind}));
    return row;
  }

  fill(row, name, source) {
    const place = this.picked.indexOf(name);
    const [box, swatch] = row.cells[0].firstChild.children;
    box.checked = place >= 0;
    swatch.dataset.series = place >= 0 ? String(place) : '';
    const recent = source.recent_perplexity;
    drawState(row.cells[2], source);
    say(row.cells[3], perplexity(recent.mixture));
    say(row.cells[4], share(recent.unknown_rate));
    say(row.cells[5], whole(source.documents));
    say(row.cells[6], perplexity(recent.class));
    say(row.cells[7], perplexity(recent.ngram));
    say(row.cells[8], perplexity(recent.network));
  }
}

/** A mark for each series that has one: the two may differ, since the live model adapts to a change. */
function drawState(cell, source) {
  const series = seriesOf(source);
  const key = JSON.stringify(series);
  if (cell.dataset.key === key) return;
  cell.dataset.key = key;
  cell.dataset.state = series[0]?.state || '';
  cell.replaceChildren(
    ...series.map((one) =>
      make('span', {class: `series-mark ${one.state.toLowerCase()}`, title: `${SERIES[one.series]}: ${inWords(one)}, ${extent(one)}`},
        `${sign(one.state)}\u00a0${one.series}`, make('span', {class: 'colon', text: ': '}), make('span', {class: 'what', text: inWords(one)}))),
  );
}

/** Orders of the sources, ascending. */
const SORTS = {
  source: (a, b) => (a.source < b.source ? -1 : 1),
  drift: (a, b) => byDrift(b, a),
  unknown: by((source) => source.recent_perplexity.unknown_rate),
  documents: by((source) => source.documents),
  mixture: by((source) => source.recent_perplexity.mixture),
};

function by(figure) {
  return (a, b) => (figure(a) || 0) - (figure(b) || 0);
}

/** Takes new values, and replaces points from the first new one on. */
function merged(before, after) {
  if (!before?.points || after.points.length === 0) return {...after, points: after.points.length ? after.points : before?.points || []};
  const first = after.points[0][0];
  const kept = before.points.filter((point) => point[0] < first);
  return {...after, points: thinned(kept.concat(after.points))};
}

/** Limits the number of points: if there are more, each pair is merged. */
function thinned(points) {
  if (points.length <= MOST_POINTS) return points;
  const half = [];
  for (let i = 0; i < points.length; i += 2) half.push(i + 1 < points.length ? joined(points[i], points[i + 1]) : points[i]);
  return half;
}

function joined(a, b) {
  const tokens = a[2] + b[2];
  const mean = (column) =>
    a[column] === null ? b[column] : b[column] === null ? a[column] : (a[column] * a[2] + b[column] * b[2]) / tokens;
  return [a[0], a[1] + b[1], tokens, mean(3), mean(4), mean(5), mean(6), mean(7)];
}
