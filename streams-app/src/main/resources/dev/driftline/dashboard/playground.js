// Queries the model: next words during typing, generated text, and the score of a text.

import {postJson, request} from './api.js';
import {byId, make, say, show} from './dom.js';
import {readEvents} from './feed.js';
import {bits, modelName, perplexity, probability} from './format.js';
import {legend, wordRun} from './words.js';

const SUGGESTIONS = 8;

/** Number of words to request while a word is being typed; those with the typed beginning are shown. */
const CANDIDATES = 200;

/** Pause in milliseconds after which keystrokes lead to a request; the first one after a rest does so at once. */
const DEBOUNCE_MILLIS = 35;
const MOST_WORDS = 60;

/** Longest text, in words, for which the service lists the expected words: each word costs a search. */
const MOST_WITH_ALTERNATIVES = 120;
const ALTERNATIVES = 5;

const text = () => byId('play-text');
const model = () => byId('play-model').value;
const status = (words) => say(byId('play-status'), words);

let asked = 0;
let answering = null;
let timer = 0;

/** Starts the playground. It sends no request until the user types or the model is available. */
export function startPlayground() {
  byId('play-legend').append(legend());
  text().addEventListener('input', typed);
  byId('play-model').addEventListener('change', typed);
  byId('play-generate').addEventListener('click', generate);
  byId('play-score').addEventListener('click', score);
}

/** Says what the network can be asked for: 'ready', 'not yet', or 'off' where none is configured. */
export function networkIs(state) {
  const option = byId('play-model').querySelector('option[value=network]');
  option.disabled = state !== 'ready';
  say(option, state === 'ready' ? 'network' : `network (${state})`);
  if (option.disabled && option.selected) byId('play-model').value = 'mixture';
}

/** The model is available: shows beginnings of sentences, unless the user has typed already. */
export function modelIsThere() {
  if (asked === 0) typed();
}

function typed() {
  const since = performance.now();
  clearTimeout(timer);
  const rest = since - asked > DEBOUNCE_MILLIS;
  asked = since;
  if (rest) suggest(since);
  else timer = setTimeout(() => suggest(since), DEBOUNCE_MILLIS);
}

/** The text as it was when a whole word was appended: its end is not a word that is being typed. */
let settled = '';

/** The text before the word that is being typed, and that word; empty after a space. */
function split() {
  if (text().value === settled) return {before: settled, fragment: ''};
  const [, before, fragment] = /^([\s\S]*?)(\S*)$/.exec(text().value);
  return {before, fragment};
}

async function suggest(since) {
  answering?.abort();
  const abort = new AbortController();
  answering = abort;
  const about = text().value;
  const {before, fragment} = split();
  try {
    let words = [];
    if (fragment) {
      const {next} = await predict(before, CANDIDATES, abort.signal);
      words = next.filter(({word}) => word.startsWith(fragment) && word !== fragment);
    }
    let replaces = true;
    if (words.length === 0) {
      replaces = false;
      words = (await predict(about, SUGGESTIONS, abort.signal)).next;
    }
    draw(words.slice(0, SUGGESTIONS), replaces);
    const taken = performance.now() - since;
    byId('play-next').dataset.millis = taken.toFixed(1);
    byId('play-next').dataset.answers = about;
    status(words.length ? `${Math.round(taken)} ms` : 'The model has learned nothing yet.');
  } catch (failure) {
    if (abort.signal.aborted) return;
    draw([], false);
    status(failure.status === 503 ? 'The model is not ready yet. Try again in a moment.' : `No answer: ${failure.message}`);
  }
}

const predict = (context, k, signal) => postJson('v1/predict', {text: context, k, model: model()}, signal);

function draw(words, replaces) {
  byId('play-next').replaceChildren(
    ...words.map(({word, text: written = word, probability: p}) => {
      const end = word === '</s>';
      const button = make('button', {type: 'button', on: {click: () => append(end ? '\n' : written, replaces)}, 'aria-label': `${end ? 'end of sentence' : word}, ${probability(p)}`},
        make('span', {class: 'word', text: end ? '¶' : word}),
        make('span', {class: 'number', text: probability(p)}));
      return make('li', {}, button);
    }),
  );
}

/** The service says what a word looks like after the text, with the white space before it. */
function append(written, replaces) {
  const {before, fragment} = split();
  text().value = (replaces ? before : before + fragment) + written;
  settled = text().value;
  text().focus();
  typed();
}

let generating = null;

async function generate() {
  const button = byId('play-generate');
  if (generating) {
    generating.abort();
    return;
  }
  const abort = new AbortController();
  generating = abort;
  say(button, 'Stop');
  const out = byId('play-generated');
  out.replaceChildren(make('span', {class: 'prompt', text: text().value}));
  show(out, true);
  let failed = '';
  try {
    const response = await request('v1/generate', {
      accept: 'text/event-stream',
      body: {prompt: text().value, sentences: 1, words: MOST_WORDS, temperature: Number(byId('play-temperature').value) || 1, top_k: 40, model: model()},
      signal: abort.signal,
    });
    await readEvents(response, (type, data) => {
      if (type === 'error') failed = data?.detail || 'it broke off';
      else if (data?.word) out.append(make('span', {text: data.text}));
    });
  } catch (failure) {
    if (!abort.signal.aborted) failed = failure.message;
  }
  generating = null;
  say(button, 'Generate');
  status(failed ? `No text: ${failed}` : '');
}

async function score() {
  const value = text().value.trim();
  if (!value) {
    status('Type or paste a text first.');
    text().focus();
    return;
  }
  const button = byId('play-score');
  button.disabled = true;
  try {
    const isShort = value.split(/\s+/).length <= MOST_WITH_ALTERNATIVES;
    drawScore(await postJson('v1/score', {text: value, alternatives: isShort ? ALTERNATIVES : 0}));
    status('');
  } catch (failure) {
    status(`No score: ${failure.message}`);
  }
  button.disabled = false;
}

function drawScore(answer) {
  const words = answer.tokens.map((token) => token.word);
  const mixture = answer.tokens.map((token) => token.bits.mixture ?? null);
  byId('play-words').replaceChildren(
    wordRun(words, mixture, answer.tokens.map((token) => token.spelling || 0), 'Words of your text', (index) => {
      const token = answer.tokens[index];
      return {
        word: token.word,
        bits: token.bits,
        letters: token.spelling || 0,
        note: 'Probability now',
        expected: (tell) => (token.expected ? tell(token.expected, 'Expected here instead') : tell(null, `Expected words are available for texts of up to ${MOST_WITH_ALTERNATIVES} words.`)),
      };
    }),
  );
  byId('play-models').tBodies[0].replaceChildren(
    ...Object.entries(answer.models).map(([name, scored]) =>
      make('tr', {class: name === 'mixture' ? 'strong' : ''},
        make('th', {scope: 'row', text: modelName(name)}),
        make('td', {class: 'number', text: perplexity(scored.perplexity)}),
        make('td', {class: 'number roomy', text: perplexity(scored.class_perplexity)}),
        make('td', {class: 'number', text: bits(scored.bits_per_token)}))),
  );
  show(byId('play-scored'), true);
}
