// One stream of events for all tabs of this browser: it opens six connections to a host at most, which six tabs with a stream each
// would use up. A tab says {address, token} when it comes, {token} when it has one, {left: true} when it goes, and is told {state},
// {type, data} or {refused: true}.

import {followFeed} from './feed.js';

const tabs = new Set();
let address = '';
let token = '';
let state = 'connecting';
let wake = null;

const tell = (message) => tabs.forEach((tab) => tab.postMessage(message));

async function open(lastId, signal) {
  const response = await fetch(address, {
    headers: {
      Accept: 'text/event-stream',
      ...(token ? {Authorization: `Bearer ${token}`} : {}),
      ...(lastId ? {'Last-Event-ID': lastId} : {}),
    },
    cache: 'no-store',
    signal,
  });
  if (response.ok) return response;
  if (response.status === 401) tell({refused: true});
  throw new Error(`${response.status}`);
}

function come(tab, message) {
  address = message.address;
  tabs.add(tab);
  tab.postMessage({state});
  wake ??= followFeed(open, (type, data) => tell({type, data}), (now) => {
    state = now;
    tell({state});
  });
}

self.onconnect = ({ports: [tab]}) => {
  tab.onmessage = ({data: message}) => {
    if (message.token && message.token !== token) {
      token = message.token;
      wake?.();
    }
    if (message.address) come(tab, message);
    if (message.left) tabs.delete(tab);
  };
};
