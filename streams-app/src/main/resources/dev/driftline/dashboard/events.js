// The live feed, by a stream that all tabs share, or by one of this tab where the browser cannot share.
// Not an EventSource, which can neither send a token nor detect a silent connection.

import {onToken, refused, request, token} from './api.js';
import {followFeed} from './feed.js';

/**
 * Follows the events of `types` and calls `handle(type, data)` for each. Calls `changed(state)` with 'connecting', 'live' or
 * 'disconnected'; 'live' follows each new connection, after which the caller must request everything that it missed.
 */
export function follow(types, handle, changed) {
  const path = `events?types=${types.join(',')}`;
  changed('connecting');
  let worker = null;
  try {
    worker = new SharedWorker(new URL('events-worker.js', import.meta.url), {type: 'module', name: 'driftline-events'});
  } catch {
    // There are none here.
  }
  if (worker) share(worker, path, handle, changed);
  else alone(path, handle, changed);
}

function alone(path, handle, changed) {
  const open = (lastId, signal) => request(path, {accept: 'text/event-stream', headers: lastId ? {'Last-Event-ID': lastId} : {}, signal});
  onToken(followFeed(open, handle, changed));
}

function share(worker, path, handle, changed) {
  const tab = worker.port;
  const come = () => tab.postMessage({address: new URL(path, document.baseURI).href, token: token()});
  let heard = false;
  tab.onmessage = ({data: message}) => {
    heard = true;
    if (message.refused) refused();
    else if (message.state) changed(message.state);
    else handle(message.type, message.data);
  };
  worker.onerror = () => {
    if (!heard) alone(path, handle, changed);
    heard = true;
  };
  onToken(() => tab.postMessage({token: token()}));
  addEventListener('pagehide', () => tab.postMessage({left: true}));
  addEventListener('pageshow', (event) => event.persisted && come());
  come();
}
