// The instances, the shards and their load, and the figures at the top.

import {getJson} from './api.js';
import {byId, make, say, show} from './dom.js';
import {compact, perplexity, whole} from './format.js';

const EVERY_MILLIS = 2_000;

/** Asks for the status for as long as the page is open. */
export function watchService() {
  const ask = async () => {
    try {
      drawStatus(await getJson('v1/status'));
    } catch {
      say(byId('service-state'), 'no answer');
    }
    setTimeout(ask, EVERY_MILLIS);
  };
  ask();
}

/** The figures at the top, from the feed. */
export function drawTiles(status) {
  say(byId('tile-tokens'), compact(status.tokens_per_second));
  say(byId('tile-documents'), compact(status.documents_per_second));
  say(byId('tile-sources'), whole(status.sources));
}

/** The perplexity at the top: that of all sources together. */
export function drawPerplexity(total) {
  say(byId('tile-perplexity'), perplexity(total?.recent_perplexity?.mixture));
}

function drawStatus(status) {
  const {shards} = status;
  const most = Math.max(1, ...shards.map(load));
  byId('shards').tBodies[0].replaceChildren(...shards.map((shard) => row(shard, most)));
  show(byId('shards'), shards.length > 0);
  show(byId('shards-empty'), shards.length === 0);
  const state = status.state.toLowerCase().replaceAll('_', ' ');
  say(byId('service-state'), state);
  say(byId('tile-snapshot'), status.snapshot || 'none yet');
  byId('tile-snapshot').title = status.snapshot || '';
  drawLag(status.lag);
  byId('service-facts').replaceChildren(...facts(status).flatMap(([name, value]) => [make('dt', {text: name}), make('dd', {text: value})]));
}

const load = (shard) => shard.tokens ?? 0;

function row(shard, most) {
  const bar = make('span', {class: 'bar'});
  bar.style.setProperty('width', `${(100 * load(shard)) / most}%`);
  return make('tr', {},
    make('th', {scope: 'row', text: String(shard.shard)}),
    make('td', {text: shard.owner ?? 'nobody'}),
    make('td', {class: 'number', text: compact(shard.words)}),
    make('td', {class: 'number', text: compact(shard.tokens)}),
    make('td', {class: 'bars'}, bar));
}

function drawLag(lag) {
  say(byId('tile-lag'), compact(lag));
}

function facts(status) {
  const pending = Object.values(status.pending_documents || {}).reduce((sum, waiting) => sum + waiting, 0);
  const trainer = status.trainer;
  const facts = [
    ['State', status.state.toLowerCase()],
    ['Waiting for replies', whole(pending)],
    ['Documents scored', whole(status.documents_scored)],
    ['Tokens scored', whole(status.tokens_scored)],
  ];
  if (trainer) {
    facts.push(
      ['Trainer', trainer.activity.toLowerCase()],
      ['In the replay buffer', `${compact(trainer.buffered_tokens)} tokens`],
      ['Rounds', `${whole(trainer.rounds)}: ${whole(trainer.promotions)} promoted, ${whole(trainer.rejections)} rejected, ${whole(trainer.rollbacks)} rolled back`],
    );
  }
  return facts;
}
