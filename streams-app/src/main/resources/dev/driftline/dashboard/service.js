// The instances, the shards with their load, and the tiles at the top.

import {getJson} from './api.js';
import {byId, make, say, show} from './dom.js';
import {compact, perplexity, share, whole} from './format.js';
import {networkIs} from './playground.js';
import {networkIsOff} from './snapshots.js';
import {byDrift, extent, inWords, seriesOf, sign, urgency} from './states.js';

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

/** The perplexity of all sources together and its companions, for their tiles. */
export function drawPerplexity(total) {
  say(byId('tile-perplexity'), perplexity(total?.recent_perplexity?.mixture));
  say(byId('tile-class'), perplexity(total?.recent_perplexity?.class));
  say(byId('tile-unknown'), share(total?.recent_perplexity?.unknown_rate));
}

/** Who drifts now: the most urgent first. */
export function drawDrifting(sources) {
  const drifting = sources.filter((source) => urgency(source) > 1).sort(byDrift);
  const tile = byId('tile-drift');
  const worst = drifting[0];
  const state = worst ? seriesOf(worst)[0] : null;
  tile.parentElement.dataset.state = state?.state || '';
  say(tile.querySelector('.who'), worst ? `${sign(state.state)} ${worst.source}` : 'none');
  // For a tab in the background.
  const title = worst ? `${sign(state.state)} ${worst.source} – Driftline` : 'Driftline';
  if (document.title !== title) document.title = title;
  const others = drifting.length - 1;
  say(tile.querySelector('.how'), worst ? `${inWords(state)} ${extent(state)} when noticed${recently(worst)}${others > 0 ? `; and ${whole(others)} more` : ''}` : sources.length ? `${whole(sources.length)} watched` : '');
  tile.title = drifting.map((source) => `${source.source}: ${extent(seriesOf(source)[0])}`).join('\n');
}

/** What a source is at now; nothing is known of one that has sent no document since this instance started. */
const recently = (source) => (source.documents > 0 ? `; ${perplexity(source.recent_perplexity.mixture)} in the last ten documents` : '');

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
  const configured = status.instances.some((instance) => 'snapshot' in instance);
  say(byId('tile-snapshot'), status.snapshot || (configured ? 'not yet' : 'off'));
  byId('tile-snapshot').title = status.snapshot || (configured ? 'The first network is being trained: see neural.train.bootstrap.tokens.' : 'This service has no network: neural.model=none. The counts answer everything.');
  networkIsOff(!status.snapshot && !configured);
  networkIs(status.snapshot ? 'ready' : configured ? 'not yet' : 'off');
  say(byId('tile-lag'), compact(status.lag));
  byId('service-facts').replaceChildren(...facts(status).flatMap(([name, value]) => [make('dt', {text: name, title: FACTS[name]}), make('dd', {text: value})]));
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
    make('td', {class: 'number', text: held(shard.forgetting), title: forgotten(shard.forgetting)}),
    make('td', {class: 'bars'}, bar));
}

/** What a shard holds, beside its bound. */
function held(forgetting) {
  if (!forgetting) return '–';
  if (forgetting.max_bytes) return `${compact(forgetting.held_bytes)} of ${compact(forgetting.max_bytes)}`;
  return forgetting.max_ngrams ? `${compact(forgetting.held_ngrams)} of ${compact(forgetting.max_ngrams)} n-grams` : 'decays';
}

function forgotten(forgetting) {
  return forgetting ? `Forgotten: ${whole(forgetting.forgotten_ngrams)} n-grams, ${whole(forgetting.forgotten_bytes)} bytes, ${whole(forgetting.forgotten_words)} words` : 'Nothing is forgotten: see model.state.max.bytes and model.half.life.tokens';
}

/** What each fact is about. */
const FACTS = {
  Instances: 'Processes that share the work of this service',
  Layout: 'How a document comes to its shard: in one task with its reader, behind the readers of several partitions, or in parts to several shards',
  'Waiting for replies': 'Documents whose counts have been asked for and have not come from all shards',
  'Scored since the start': 'By the instances that run now, since each of them started',
  Restoring: 'Records of the state that are read back after a start or a move',
  Trainer: 'What the training of the network is doing',
  'In the replay buffer': 'Text that is kept for the next rounds of training',
  Rounds: 'Rounds of training, and what became of their snapshots',
};

const LAYOUTS = {'one-task': 'one task', 'one-shard': 'readers and one shard', shards: 'parts to each shard'};

function facts(status) {
  const {trainer, instances} = status;
  const pending = Object.values(status.pending_documents).reduce((sum, waiting) => sum + waiting, 0);
  const silent = instances.filter((instance) => !instance.answers).map((instance) => instance.address);
  const restoring = instances.flatMap((instance) => instance.restoring ?? []);
  const facts = [
    ['Instances', silent.length ? `${whole(instances.length)}, no answer from ${silent.join(', ')}` : whole(instances.length)],
    ['Layout', LAYOUTS[instances[0]?.layout] ?? 'not known yet'],
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
