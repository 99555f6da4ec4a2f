// The list of drift events.

import {byId, make, show} from './dom.js';
import {bits, perplexity, share, time, whole} from './format.js';
import {inWords, SERIES, sign} from './states.js';

const SHOWN = 30;
const WORDS = 8;
const DETECTORS = {ADWIN: 'ADWIN', PAGE_HINKLEY: 'Page–Hinkley', EWMA: 'EWMA chart'};

/** Draws drift events, newest first. */
export function drawDrift(events) {
  byId('drift-list').replaceChildren(...events.slice(0, SHOWN).map(item));
  show(byId('drift-empty'), events.length === 0);
}

function item(event) {
  const state = event.state.toLowerCase();
  return make('li', {class: `change ${state}`},
    make('span', {class: `mark ${state}`, 'aria-hidden': 'true', text: sign(event.state)}),
    make('div', {},
      make('p', {class: 'what'},
        make('strong', {text: event.source}), `: ${inWords(event)}`,
        make('time', {class: 'quiet', datetime: event.at, text: time(event.at)})),
      make('p', {class: 'figures', text: figures(event)}),
      make('p', {class: 'quiet', text: how(event)}),
      chips(event.words)));
}

const figures = (event) =>
  `perplexity ${perplexity(2 ** event.bits_per_token_before)} → ${perplexity(2 ** event.bits_per_token_after)} (${bits(event.bits_per_token_before)} → ${bits(event.bits_per_token_after)} bits per token), unknown words ${share(event.unknown_rate_before)} → ${share(event.unknown_rate_after)}`;

function how(event) {
  const parts = [SERIES[event.series.toLowerCase()] || event.series, DETECTORS[event.detector] || event.detector];
  parts.push(`since document ${whole(event.started_document + 1)} of ${whole(event.documents_seen)}`);
  return parts.join(' · ');
}

function chips(words) {
  if (!words?.length) return null;
  return make('ul', {class: 'chips', 'aria-label': 'Words that contributed most'},
    ...words.slice(0, WORDS).map((word) => make('li', {title: `${whole(word.count)} ×, ${bits(word.excess_bits, 0)} bits more than usual`, text: word.word})));
}
