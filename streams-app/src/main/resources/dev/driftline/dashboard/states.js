// The states of drift, in words: of one series, of a source, and of an event.

import {perplexity, time} from './format.js';

/** The series that are watched: the live model learns, and so loses sight of a change that it adapts to; the reference does not. */
export const SERIES = {live: 'live model', reference: 'frozen reference'};

const SIGNS = {WARNING: '△', DRIFT: '▲', RECOVERED: '●'};
const WORDS = {WARNING: 'may be changing', DRIFT: 'has changed', RETURNED: 'back to normal', ACCEPTED: 'new normal', RECOVERED: 'stable again'};
const SEVERITY = {DRIFT: 3, WARNING: 2, RECOVERED: 1};

export const sign = (state) => SIGNS[state] || '?';

/** The state in words; what has recovered says how. */
export const inWords = ({state, recovery}) => WORDS[state === 'RECOVERED' ? recovery : state] || WORDS[state] || state;

/** How urgent a state is: 3 drift, 2 warning, 1 recovered, 0 none. */
export const severity = (state) => SEVERITY[state] || 0;

/** The series of a source with their states, the most urgent first: [{series, state, recovery, at, started_at, …}]. */
export const seriesOf = (source) =>
  Object.entries(source.drift || {})
    .map(([series, state]) => ({series, ...state}))
    .sort((a, b) => severity(b.state) - severity(a.state) || grown(b) - grown(a));

/** How urgent a source is: its worst series. */
export const urgency = (source) => Math.max(0, ...seriesOf(source).map(({state}) => severity(state)));

/** The order of sources by drift, the first that needs a look first: the worst state, then the largest change in bits. */
export const byDrift = (a, b) => urgency(b) - urgency(a) || change(b) - change(a);

const change = (source) => (urgency(source) ? grown(seriesOf(source)[0]) : 0);

/** How far a series has moved, in bits a token; 0 where an event did not say. */
const grown = ({perplexity_before: before, perplexity_after: after}) => Math.abs(Math.log2(after / before)) || 0;

/** Since when and by how much a series has changed. */
export function extent({started_at: start, perplexity_before: before, perplexity_after: after}) {
  const since = start ? `since ${time(start)}` : '';
  return typeof before === 'number' && typeof after === 'number' ? `${since}, perplexity ${perplexity(before)} → ${perplexity(after)}` : since;
}
