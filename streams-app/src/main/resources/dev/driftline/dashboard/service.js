// The instances, the shards with their load, and the tiles at the top.

import {getJson} from './api.js';
import {byId, make, say, show} from './dom.js';
import {compact, perplexity, whole} from './format.js';

const EVERY_MILLIS = 2_000;

/** Requests the status for as long as the page is open. */
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

/** The tiles at the top, from the feed. */
export function drawTiles(status) {
  say(byId('tile-tokens'), compact(status.tokens_per_second));
  say(byId('tile-documents'), compact(status.documents_per_second));
  say(byId('tile-sources'), whole(status.sources));
}

/** The perplexity of all sources together, for its tile. */
export function drawPerplexity(total) {
  say(byId('tile-perplexity'), perplexity(total?.recent_perplexity?.mixture));
}

let before = {at: 0, requests: new Map()};

function drawStatus(status) {
  const {shards} = status;
  const now = {at: performance.now(), requests: new Map(shards.map((shard) => [shard.shard, shard.requests ?? 0]))};
  const most = Math.max(1, ...shards.map((shard) => shard.tokens ?? 0));
  byId('shards').tBodies[0].replaceChildren(...shards.map((shard) => row(shard, most, rate(shard, now))));
  before = now;
  show(byId('shards'), shards.length > 0);
  show(byId('shards-empty'), shards.length === 0);
  say(byId('service-state'), words(status.state));
  say(byId('tile-snapshot'), status.snapshot || 'none yet');
  byId('tile-snapshot').title = status.snapshot || '';
  say(byId('tile-lag'), compact(status.lag));
  byId('service-facts').replaceChildren(...facts(status).flatMap(([name, value]) => [make('dt', {text: name}), make('dd', {text: value})]));
}

const words = (constant) => constant.toLowerCase().replaceAll('_', ' ');

function rate(shard, now) {
  const last = before.requests.get(shard.shard);
  return last === undefined || shard.requests === undefined ? undefined : Math.max(0, ((shard.requests - last) * 1000) / (now.at - before.at));
}

function row(shard, most, requests) {
  const bar = make('span', {class: 'bar'});
  bar.style.setProperty('width', `${(100 * (shard.tokens ?? 0)) / most}%`);
  return make('tr', {},
    make('th', {scope: 'row', text: String(shard.shard)}),
    make('td', {text: shard.owner ?? 'nowhere now'}),
    make('td', {class: 'number', text: compact(shard.words)}),
    make('td', {class: 'number', text: compact(shard.tokens)}),
    make('td', {class: 'number', text: compact(requests)}),
    make('td', {class: 'number', text: compact(shard.lag)}),
    make('td', {class: 'bars'}, bar));
}

function facts(status) {
  const {trainer, instances} = status;
  const pending = Object.values(status.pending_documents).reduce((sum, waiting) => sum + waiting, 0);
  const silent = instances.filter((instance) => !instance.answers).map((instance) => instance.address);
  const restoring = instances.flatMap((instance) => instance.restoring ?? []);
  const facts = [
    ['Instances', silent.length ? `${whole(instances.length)}, no answer from ${silent.join(', ')}` : whole(instances.length)],
    ['Waiting for replies', `${whole(pending)} documents`],
    ['Scored since the start', `${whole(status.documents_scored)} documents, ${compact(status.tokens_scored)} tokens`],
  ];
  if (restoring.length) {
    const records = restoring.reduce((sum, one) => sum + one.records, 0);
    const restored = restoring.reduce((sum, one) => sum + one.restored, 0);
    facts.push(['Restoring', `${compact(restored)} of ${compact(records)} records`]);
  }
  if (trainer) {
    facts.push(
      ['Trainer', words(trainer.activity)],
      ['In the replay buffer', `${compact(trainer.buffered_tokens)} tokens`],
      ['Rounds', `${whole(trainer.rounds)}: ${whole(trainer.promotions)} promoted, ${whole(trainer.rejections)} rejected, ${whole(trainer.rollbacks)} rolled back`],
    );
  }
  return facts;
}
