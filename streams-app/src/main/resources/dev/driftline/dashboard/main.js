// Assembles the page: passes the events of the feed to its parts.

import {getJson, onRefused, useToken} from './api.js';
import {Chart} from './chart.js';
import {Documents} from './documents.js';
import {byId, say, show} from './dom.js';
import {drawDrift} from './drift.js';
import {follow} from './events.js';
import {modelIsThere, startPlayground} from './playground.js';
import {drawDrifting, drawPerplexity, drawTiles, watchService} from './service.js';
import {drawSnapshots} from './snapshots.js';
import {Sources} from './sources.js';
import {explainTerms} from './terms.js';

const SOURCES = 500;
const EVENTS = 300;
const RETRY_MILLIS = 2_000;

const sources = new Sources(() => {
  chart.later();
  drawPerplexity(sources.total);
  drawDrifting([...sources.known.values()]);
});
const chart = new Chart(sources);
const documents = new Documents();
let drift = [];
let decisions = [];

const HANDLERS = {
  sources: (changes) => {
    sources.change(changes);
    documents.changed();
  },
  drift: (event) => {
    drift = [event, ...drift].slice(0, EVENTS);
    drawMarks();
  },
  promotion: (decision) => {
    decisions = [decision, ...decisions].slice(0, EVENTS);
    drawMarks();
  },
  retraction: (answer) => {
    documents.retracted(answer);
    if (answer.outcome !== 'SOURCE_DROPPED') return;
    sources.drop(answer.source);
    drift = drift.filter((event) => event.source !== answer.source);
    drawMarks();
  },
  status: (status) => {
    if (!status.feed) return;
    drawTiles(status);
    if (status.documents > 0) modelIsThere();
    connection(status.feed.state === 'live' ? 'live' : 'stale', status.feed);
  },
};

function drawMarks() {
  drawDrift(drift);
  drawSnapshots(decisions);
  chart.mark(drift, decisions);
}

/** Loads everything up to now; events of the feed wait meanwhile. */
async function load() {
  sources.awaitReset();
  try {
    const [answer, shifts, promotions] = await Promise.all([getJson(`v1/sources?limit=${SOURCES}`), getJson(`v1/drift?limit=${EVENTS}`), getJson(`v1/promotions?limit=${EVENTS}`)]);
    drift = shifts.events;
    decisions = promotions.decisions;
    sources.reset(answer);
    drawMarks();
    drawTiles(answer);
    documents.changed();
  } catch {
    setTimeout(load, RETRY_MILLIS);
  }
}

const LABELS = {connecting: 'connecting', live: 'live', disconnected: 'disconnected, trying again', stale: 'the feed is behind'};

/** Shows the state of the connection; `feed` is the state of the connection of the service. */
function connection(state, feed) {
  const place = byId('connection');
  place.dataset.state = state;
  place.title = feed?.detail || '';
  say(place.querySelector('.label'), state === 'stale' ? `the service is waiting for ${feed.detail || 'its broker'}` : LABELS[state]);
}

onRefused(() => show(byId('token-form'), true));
byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault();
  useToken(byId('token').value);
  show(byId('token-form'), false);
});

explainTerms();
startPlayground();
watchService();
follow(Object.keys(HANDLERS), (type, data) => HANDLERS[type]?.(data), (state) => {
  connection(state);
  if (state === 'live') load();
});
