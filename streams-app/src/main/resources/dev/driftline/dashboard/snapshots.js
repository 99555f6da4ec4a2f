// The decisions on snapshots of the network, and the gain of each.

import {byId, make, show} from './dom.js';
import {bits, time, whole} from './format.js';

const SHOWN = 40;
const WORDS = {BOOTSTRAPPED: 'first', PROMOTED: 'promoted', REJECTED: 'rejected', ROLLED_BACK: 'rolled back', OPERATOR: 'chosen by hand', RETRACTED: 'gave way: text taken out'};

/** Draws decisions, newest first. */
export function drawSnapshots(decisions) {
  const listed = decisions.slice(0, SHOWN);
  const most = Math.max(0.01, ...listed.map((decision) => Math.abs(decision.mean_difference || 0)));
  byId('snapshot-table').tBodies[0].replaceChildren(...listed.map((decision) => row(decision, most)));
  show(byId('snapshot-table'), listed.length > 0);
  drawn = listed.length;
  drawEmpty();
}

let drawn = 0;
let off = false;

/** Whether the service has no network, and so will have no snapshots. */
export function networkIsOff(isOff) {
  off = isOff;
  drawEmpty();
}

function drawEmpty() {
  show(byId('snapshots-empty'), drawn === 0 && !off);
  show(byId('snapshots-off'), drawn === 0 && off);
}

function row(decision, most) {
  return make('tr', {class: decision.decision.toLowerCase()},
    make('td', {}, make('time', {datetime: decision.at, text: time(decision.at)})),
    make('th', {scope: 'row', text: decision.candidate || 'none', title: decision.incumbent ? `against ${decision.incumbent}` : ''}),
    make('td', {text: WORDS[decision.decision] || decision.decision.toLowerCase(), title: decision.reason}),
    make('td', {class: 'number gain'}, ...gain(decision, most)));
}

function gain(decision, most) {
  const saved = decision.mean_difference;
  if (saved === null || saved === undefined) return ['–'];
  const error = decision.standard_error === null ? '' : ` ± ${bits(decision.standard_error, 3)}`;
  const bar = make('span', {class: `bar ${saved < 0 ? 'loss' : ''}`, 'aria-hidden': 'true'});
  bar.style.setProperty('width', `${(Math.abs(saved) / most) * 4}rem`);
  return [bar, make('span', {text: `${saved < 0 ? '−' : '+'}${bits(Math.abs(saved), 3)}${error}`, title: `bits per token saved on ${whole(decision.tokens)} tokens that neither snapshot was trained on`})];
}
