// Queries the model: next words during typing, generated text, and the score of a text.

import {postJson, request} from './api.js';
import {byId, make, say, show} from './dom.js';
import {readEvents} from './feed.js';
import {bits, modelName, perplexity, probability} from './format.js';
import {legend, wordRun} from './words.js';

const SUGGESTIONS = 8;

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
  text().addEventListener('keydown', key);
  for (const moving of ['keyup', 'click']) text().addEventListener(moving, moved);
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

/** The text before the cursor as it was when a whole word was put there: its end is not a word that is being typed. */
let settled = '';

/** The text before the cursor that the last answer was about. */
let about = '';

/** The end of that text in whose place the words that are shown go; empty where they come after it. */
let replaced = '';

/** The words that are shown, as text; Tab takes the first where it completes the word before the cursor. */
let shown = [];

const head = () => text().value.slice(0, text().selectionEnd);

/** The cursor is somewhere else: another word is being typed. */
function moved() {
  if (head() !== about && asked > 0) typed();
}

/** Tab takes the first completion, and moves on where there is none; Escape puts the completions away. */
function key(event) {
  if (!replaced || head() !== about) return;
  if (event.key === 'Tab' && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey && shown.length > 0) {
    event.preventDefault();
    append(shown[0]);
  } else if (event.key === 'Escape') {
    settled = about;
    typed();
  }
}

async function suggest(since) {
  answering?.abort();
  const abort = new AbortController();
  answering = abort;
  const before = head();
  try {
    let words = [];
    let end = '';
    if (before && before !== settled) {
      const {next, typed: fragment = '', prefix} = await predict(before, SUGGESTIONS + 1, true, abort.signal);
      end = fragment;
      words = next.filter(({word}) => word !== prefix);
    }
    if (words.length === 0) {
      end = '';
      words = (await predict(before, SUGGESTIONS, false, abort.signal)).next;
    }
    about = before;
    replaced = end;
    draw(words.slice(0, SUGGESTIONS));
    const taken = performance.now() - since;
    byId('play-next').dataset.millis = taken.toFixed(1);
    byId('play-next').dataset.answers = before;
    byId('play-next').dataset.completes = end;
    status(words.length ? `${Math.round(taken)} ms${end ? '; Tab takes the first word, Escape keeps what is typed' : ''}` : 'The model has learned nothing yet.');
  } catch (failure) {
    if (abort.signal.aborted) return;
    replaced = '';
    draw([]);
    status(failure.status === 503 ? 'The model is not ready yet. Try again in a moment.' : `No answer: ${failure.message}`);
  }
}

const predict = (context, k, complete, signal) =>
  postJson('v1/predict', {text: context, k, model: model(), ...(complete ? {complete} : {})}, signal);

function draw(words) {
  shown = words.map(({word, text: written = word}) => (word === '</s>' ? '\n' : written));
  byId('play-next').replaceChildren(
    ...words.map(({word, probability: p}, index) => {
      const end = word === '</s>';
      const button = make('button', {type: 'button', on: {click: () => append(shown[index])}, 'aria-label': `${end ? 'end of sentence' : word}, ${probability(p)}`},
        make('span', {class: 'word', text: end ? '¶' : word}),
        make('span', {class: 'number', text: probability(p)}));
      return make('li', {}, button);
    }),
  );
}

/** The service says what a word looks like after the text, with the white space before it. */
function append(written) {
  const value = text().value;
  const at = head().length;
  const kept = replaced && head() === about ? at - replaced.length : at;
  settled = value.slice(0, kept) + written;
  text().value = settled + value.slice(at);
  text().focus();
  text().setSelectionRange(settled.length, settled.length);
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
        literal: token.literal,
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
