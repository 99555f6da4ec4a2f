// Words coloured by their surprisal, and the inspector with details of one word.

import {byId, make, show} from './dom.js';
import {bits, modelName, probability, step, stepLabel, STEPS} from './format.js';

/** The legend of the colours. */
export function legend() {
  const list = make('ul', {class: 'legend', 'aria-label': 'Colours, by surprisal in bits: each bit is half as likely'});
  for (let i = 0; i < STEPS; i++) list.append(make('li', {}, make('span', {class: `w s${i}`, text: stepLabel(i)})));
  list.append(make('li', {class: 'unit', text: 'bits'}));
  return list;
}

/**
 * A run of words, which is one stop for the Tab key; arrow keys move between the words. `describe(index)` returns what the
 * inspector shows: {word, literal, bits: {model: bits}, letters, note, expected: Promise or null}. `literal` is what stood in
 * the text for a class such as <ip>, where it is not the word itself. `letters` has the bits that the letters
 * of each unknown word cost, 0 for a known one: an unknown word has the darkest colour, whatever <unk> cost in its place.
 */
export function wordRun(words, mixture, letters, label, describe) {
  const run = make('div', {class: 'words', role: 'group', 'aria-label': label});
  words.forEach((word, index) => {
    const end = word === '</s>';
    const unknown = letters?.[index] > 0;
    run.append(
      make('span', {
        class: `w s${unknown ? STEPS - 1 : step(mixture?.[index])}${unknown ? ' unknown' : ''}${end ? ' end' : ''}${mixture ? '' : ' plain'}`,
        tabindex: index === 0 ? '0' : '-1',
        'data-index': index,
        text: end ? '¶' : word,
      }),
      end ? document.createElement('wbr') : ' ',
    );
  });
  run.addEventListener('mouseover', (event) => open(event.target));
  run.addEventListener('mouseleave', () => inspector.close());
  run.addEventListener('focusin', (event) => open(event.target));
  run.addEventListener('focusout', () => inspector.close());
  run.addEventListener('click', (event) => event.target.closest('.w')?.focus());
  run.addEventListener('keydown', move);
  function open(target) {
    const word = target.closest?.('.w');
    if (word) inspector.open(word, describe(Number(word.dataset.index)));
  }
  return run;
}

const MOVES = {ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10};

function move(event) {
  if (event.key === 'Escape') {
    inspector.close();
    return;
  }
  const words = [...event.currentTarget.querySelectorAll('.w')];
  const at = words.indexOf(event.target);
  const goal = event.key === 'Home' ? 0 : event.key === 'End' ? words.length - 1 : at + (MOVES[event.key] || 0);
  if (at < 0 || goal === at) return;
  event.preventDefault();
  const next = words[Math.max(0, Math.min(words.length - 1, goal))];
  words[at].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

/** The panel beside the selected word. */
const inspector = {
  word: null,
  closing: 0,

  open(word, about) {
    clearTimeout(this.closing);
    if (this.word === word) return;
    this.word?.classList.remove('open');
    this.word = word;
    word.classList.add('open');
    const panel = byId('inspector');
    delete panel.dataset.term;
    const end = about.word === '</s>';
    const surprisal = about.bits?.mixture;
    // A null among children would be written out.
    panel.replaceChildren(...[
      make('p', {class: 'subject', text: end ? '¶ end of sentence' : about.word}),
      about.literal ? make('p', {class: 'literal', text: `in the text: ${about.literal}`}) : null,
      about.bits && surprisal !== undefined
        ? make('p', {class: 'quiet', text: about.letters > 0 ? spelledOut(surprisal, about.letters) : `${bits(surprisal, 1)} bits: ${probability(chance(surprisal))}`})
        : make('p', {class: 'quiet', text: 'Its surprisal is not in the score: see scores.expert.surprisals.'}),
      about.bits ? models(about.bits, about.letters > 0 ? `${about.note}, of an unknown word (<unk>)` : about.note) : null,
    ].filter(Boolean));
    const expected = make('div', {class: 'expected'});
    panel.append(expected);
    show(panel, true);
    this.place(word, panel);
    about.expected?.((words, note) => {
      if (this.word !== word) return;
      expected.replaceChildren(make('p', {class: 'caption', text: note}), ...(words ? [list(words)] : []));
      this.place(word, panel);
    });
  },

  close() {
    clearTimeout(this.closing);
    this.closing = setTimeout(() => {
      this.word?.classList.remove('open');
      this.word = null;
      show(byId('inspector'), false);
    }, 120);
  },

  /** Below the word, or above it if there is no room; on a narrow screen, the style sheet puts it at the bottom. */
  place(word, panel) {
    const box = word.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, innerWidth - panel.offsetWidth - 8));
    const below = box.bottom + 6;
    const top = below + panel.offsetHeight > innerHeight && box.top > panel.offsetHeight + 6 ? box.top - panel.offsetHeight - 6 : below;
    panel.style.setProperty('left', `${left}px`);
    panel.style.setProperty('top', `${top}px`);
  },
};

const spelledOut = (surprisal, letters) =>
  `${bits(surprisal + letters, 1)} bits: never seen before. That it is an unknown word (<unk>) cost ${bits(surprisal, 1)}, its letters ${bits(letters, 1)}.`;

const chance = (surprisal) => (surprisal === null ? 0 : 2 ** -surprisal);

function models(byModel, note) {
  const body = make('tbody');
  for (const [name, surprisal] of Object.entries(byModel)) {
    const p = chance(surprisal);
    const bar = make('span', {class: 'bar'});
    // From one in a million, on the left, to certain.
    bar.style.setProperty('width', `${Math.max(0, Math.min(100, 100 + (Math.log10(Math.max(p, 1e-9)) * 100) / 6))}%`);
    body.append(
      make('tr', {class: name === 'mixture' ? 'strong' : ''},
        make('th', {scope: 'row', text: modelName(name)}),
        make('td', {class: 'number', text: probability(p)}),
        make('td', {class: 'bars', 'aria-hidden': 'true'}, bar)),
    );
  }
  return make('table', {class: 'models'}, make('caption', {text: note}), body);
}

function list(words) {
  if (words.length === 0) return make('p', {class: 'quiet', text: 'nothing to say'});
  const items = make('ol', {class: 'next-words'});
  for (const {word, probability: p} of words) {
    items.append(make('li', {}, make('span', {class: 'word', text: word === '</s>' ? '¶ end of sentence' : word}), make('span', {class: 'number', text: probability(p)})));
  }
  return items;
}
