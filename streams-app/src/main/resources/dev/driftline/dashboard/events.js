// The live feed: connects, passes events on, and reconnects for as long as the page is open.
// Not an EventSource, which can neither send a token nor detect a silent connection.

import {readEvents, request} from './api.js';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** The service sends a status every second. Without one for this time, the connection is dead. */
const SILENCE = 8_000;

/**
 * Follows the events of `types` and calls `handle(type, data)` for each. Calls `changed(state)` with 'connecting', 'live' or
 * 'disconnected'; 'live' follows each new connection, after which the caller must request everything that it missed.
 */
export function follow(types, handle, changed) {
  let pause = FIRST_PAUSE;
  let lastId = '';

  async function once() {
    const abort = new AbortController();
    let watchdog = 0;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE);
    };
    try {
      alive();
      const response = await request(`events?types=${types.join(',')}`, {
        accept: 'text/event-stream',
        headers: lastId ? {'Last-Event-ID': lastId} : {},
        signal: abort.signal,
      });
      pause = FIRST_PAUSE;
      changed('live');
      await readEvents(response, (type, data, id) => {
        alive();
        if (id) lastId = id;
        handle(type, data);
      });
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function forever() {
    for (;;) {
      try {
        await once();
      } catch {
        // Reported below; then it tries again.
      }
      changed('disconnected');
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(LONGEST_PAUSE, 2 * pause);
    }
  }

  changed('connecting');
  forever();
}
