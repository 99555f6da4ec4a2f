// The latest documents, word by word.

import {getJson, postJson} from './api.js';
import {byId, make, say, show} from './dom.js';
import {perplexity, share, time, whole} from './format.js';
import {legend, wordRun} from './words.js';

const DOCUMENTS = 6;
const WORDS = 70;
const MOST_WORDS = 20_000;
const CONTEXT = 40;
const EXPECTED = 6;
const HOVER_MILLIS = 200;
const REFRESH_MILLIS = 1_500;
const GONE = ['RETRACTED', 'APPROXIMATE', 'ALREADY_RETRACTED', 'SOURCE_DROPPED'];

/** Updates the list: call `changed()` when there are new documents. */
export class Documents {
  constructor() {
    this.list = byId('document-list');
    this.shown = new Map();
    this.busy = false;
    this.stale = false;
    byId('documents-legend').append(legend());
    byId('documents-pause').addEventListener('change', () => this.changed());
  }

  changed() {
    this.stale = true;
    if (!this.busy) this.refresh();
  }

  /** Removes a document that has been taken out of the model, also while the list is held, and says so. */
  retracted(answer) {
    const isSource = answer.outcome === 'SOURCE_DROPPED';
    const key = `${answer.input_topic} ${answer.input_partition} ${answer.retract_offset}`;
    for (const [shown, element] of this.shown) {
      if (isSource ? element.dataset.source === answer.source : shown === key) {
        element.remove();
        this.shown.delete(shown);
      }
    }
    const what = isSource ? `Source ${answer.source}` : `Document ${answer.id}`;
    const place = byId('documents-retracted');
    say(place, GONE.includes(answer.outcome) ? `${what} has been taken out of the model.` : `${what} has not been taken out: ${answer.reason}`);
    show(place, true);
    this.changed();
  }

  /** The list stays while a word is read or updates are paused. */
  isHeld() {
    return byId('documents-pause').checked || this.list.contains(document.activeElement) || this.list.matches(':hover');
  }

  async refresh() {
    this.busy = true;
    try {
      if (!this.isHeld()) {
        this.stale = false;
        const {documents} = await getJson(`v1/documents?limit=${DOCUMENTS}&tokens=${WORDS}`);
        if (!this.isHeld()) this.draw(documents);
      }
    } catch {
      // The connection state shows that the service is unavailable.
    }
    setTimeout(() => {
      this.busy = false;
      if (this.stale) this.refresh();
    }, REFRESH_MILLIS);
  }

  draw(documents) {
    const wanted = new Map();
    for (const scored of documents) {
      const key = `${scored.input_topic} ${scored.input_partition} ${scored.input_offset}`;
      wanted.set(key, this.shown.get(key) || article(scored));
    }
    this.shown = wanted;
    this.list.replaceChildren(...wanted.values());
    show(byId('documents-empty'), documents.length === 0);
  }
}

function article(scored) {
  const article = make('article', {class: 'document'},
    make('header', {},
      make('span', {class: 'source', text: scored.source}),
      make('span', {class: 'id', text: scored.id}),
      make('span', {class: 'grow'}),
      make('time', {class: 'quiet', datetime: scored.scored_at, text: time(scored.scored_at)}),
      make('p', {class: 'measures'},
        make('span', {class: 'number', title: 'Perplexity of this document, unknown words spelled out', text: `perplexity ${perplexity(headline(scored))}`}),
        make('span', {class: 'quiet', title: 'Share of words that the model did not know when the document was scored', text: `, ${share(scored.unknown_tokens / scored.tokens)} unknown`}),
        make('span', {class: 'quiet', title: 'Perplexity of this document with <unk> as a class: comparable with papers', text: `, class ${perplexity(scored.mixture_perplexity)}`}))));
  article.dataset.source = scored.source;
  fill(article, scored);
  return article;
}

/** Scores from before the field have the bits of a code instead, which is near it. */
const headline = (scored) => scored.perplexity ?? 2 ** ((scored.mixture_bits + scored.spelling_bits) / scored.tokens);

function fill(article, scored) {
  article.querySelector('.words, .quiet.missing')?.remove();
  article.querySelector('.more')?.remove();
  if (scored.words.length === 0) {
    article.append(make('p', {class: 'quiet missing', text: `Its text is not available: ${scored.words_missing || 'it has no words'}.`}));
    return;
  }
  article.append(words(scored));
  if (scored.words.length < Math.min(scored.tokens, MOST_WORDS)) {
    const more = make('button', {type: 'button', class: 'more', text: `all ${whole(scored.tokens)} words`, on: {click: () => expand(article, scored, more)}});
    article.append(more);
  }
}

async function expand(article, scored, button) {
  button.disabled = true;
  try {
    const position = new URLSearchParams({topic: scored.input_topic, partition: scored.input_partition, offset: scored.input_offset, tokens: MOST_WORDS});
    const {documents} = await getJson(`v1/documents?${position}`);
    if (documents.length === 0) {
      say(button, 'no longer among the last documents');
    } else {
      fill(article, documents[0]);
      article.querySelector('.w')?.focus();
    }
  } catch (failure) {
    say(button, failure.message);
  }
}

function words(scored) {
  const mixture = scored.bits.mixture;
  const recorded = Object.keys(scored.bits).length > 0;
  return wordRun(scored.words, mixture, scored.spelling, `Words of ${scored.id}`, (index) => ({
    word: scored.words[index],
    literal: scored.literals?.[index],
    letters: scored.spelling?.[index] || 0,
    bits: recorded ? Object.fromEntries(Object.entries(scored.bits).map(([model, values]) => [model, values[index]])) : null,
    note: 'Probability when it was scored',
    expected: (tell) => expected(scored, index, tell),
  }));
}

let asking = null;

/** What the model expects in its place now. This differs from what it expected then, because it has learned the document since. */
function expected(scored, index, tell) {
  asking?.abort();
  const abort = new AbortController();
  asking = abort;
  setTimeout(async () => {
    if (abort.signal.aborted) return;
    let from = index;
    while (from > 0 && index - from < CONTEXT && scored.words[from - 1] !== '</s>') from--;
    try {
      const answer = await postJson('v1/predict', {context: scored.words.slice(from, index), k: EXPECTED, source: scored.source ?? undefined}, abort.signal);
      tell(answer.next, scored.learned ? 'Expected here instead, by the model as it is now (which has since learned this document)' : 'Expected here instead, by the model as it is now');
    } catch (failure) {
      if (!abort.signal.aborted) tell(null, `The expected words are not available: ${failure.message}`);
    }
  }, HOVER_MILLIS);
}
